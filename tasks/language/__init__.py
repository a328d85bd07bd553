"""The language of a text: langdetect's own model, evaluated exactly and for a whole shard at once."""

from tasks.language.detect import UNDETERMINED, detect_languages

__all__ = ["UNDETERMINED", "detect_languages"]
