"""The work: plain functions on columns. No code here uses an orchestrator, a clock or the environment.

`shard` builds one shard from files to staged rows; `schema`, `batch` and `lines` define what all packages share; `toml_rows`
reads rows of data; `kept` keeps what takes long to make from them; `fingerprint` identifies the code; `unseen` shows
invisible characters. The packages, each of which imports only from those above it:

    formats     bytes -> text and records, one module per format; remote inputs
    reading     files of a source -> shards -> frames of records
    rules       what boilerplate says, as rows
    roles       what a line is: rows, and its place; facts: names and dates in lines
    pages       page or article, and where the article is on a page
    language    language detection
    cleaning    annotates every line, and decides which are removed
    stores      where a lake is, on a disk or in a bucket
    lakes       a lake: what its versions and tables hold
    learned     templates of publishers, learned from a lake
    staging     assembles, measures and stages the output of a shard and a batch; duplicates
    publishing  the commit that makes a batch visible
    auditing    whether a batch may be published
    checking    whether a lake is what its manifests say
    trials      what a run or a new rule would change
    report      the page of a run
    erasing     records leave every version and file of a lake, and stay out
"""
