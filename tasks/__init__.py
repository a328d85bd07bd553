"""The work: plain functions on columns. Nothing in here knows of an orchestrator, a clock or an environment.

`shard` is one shard's whole way; `schema`, `batch` and `lines` are the words everything speaks in. The rooms, each of which
imports from those above it only:

    formats     bytes -> text and records, by format; addresses
    reading     files of a source -> shards -> frames of records
    rules       what boilerplate says, as rows; roles, facts, pages, language: what else lines and documents show
    cleaning    every line looked at, and the one place that decides
    stores      where a lake is, on a disk or in a bucket
    lakes       a lake as it lies there
    learned     templates of publishers, made of a lake
    staging     what a shard and a batch come to, written and accounted for
    publishing  the one step after which readers see a batch
    auditing    whether they may
    checking    whether a lake is what it says; trials: what would change; report: pages of a run
"""
