"""The page that people look at: one self-contained HTML file a run, and an index over all runs of a lake.

    rows      where a batch's rows lie: in the lake, or staged when it was blocked
    figures   numbers: days, languages, lengths, publishers against their history
    hits      lines taken out: the surest and the most doubtful of each rule
    texts     a few documents put together again, line by line
    record    what the audit said, kept beside the page: it stands in no table
    collect   all of these into one `Report`
    words     the verdict and the expectations in words
    charts    numbers to SVG (drawn in svg); page: a `Report` to HTML; index: all runs to HTML
    safe      text from articles, made safe to look at

Whatever the size of a batch, a page reads narrow columns of it, a sample of its lines, and the text of a few documents.
"""
