"""The page of a run, one self-contained HTML file per batch, and the index of all pages of a lake.

    figures   numbers: days, languages, lengths, publishers compared with earlier batches
    hits      removed lines: the surest and the most doubtful of each rule
    texts     a few documents, rebuilt line by line
    titles    every record by title, with what happened to it
    stories   the largest stories, with their documents
    record    the audit's findings, stored beside the page, since they are in no table
    collect   all of these in one `Report`
    wording   the result and the expectations in words; text of articles, made safe to show
    charts    numbers as SVG
    grid      the index's sources by days
    page      a `Report`, a preview and the index of all batches as HTML
    days_around   the pages before and after, and the last 30 days; written again when these days change

Whatever the size of a batch, a page reads narrow columns of it, a sample of its lines, and the text of a few documents.
"""
