"""Stories: which documents of a lake are copies, revisions and excerpts of which others, confirmed on their texts."""
