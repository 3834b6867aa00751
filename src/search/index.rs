//! The index on disk: a document a customer, with its terms and its place in the order of answers.
//!
//! The only file that names tantivy's types. One field holds all terms, another the sort key as a column whose values
//! tantivy keeps sorted within a segment: to find the first of many hits only numbers are compared, and no text is
//! read but that of the hits answered. Deliberately absent: stored documents, scores, positions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::columnar::BytesColumn;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::query::{BooleanQuery, EmptyQuery, EnableScoring, Occur, Query, TermQuery, Weight};
use tantivy::schema::{BytesOptions, Field, INDEXED, IndexRecordOption, Schema};
use tantivy::{
    DocId, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TantivyDocument,
    Term,
};

use super::answered::Answered;
use super::failure::SearchError;
use super::projection::{Projection, SortKey};
use super::terms::{self, Needed};
use crate::domain::identity::CustomerId;

const ID: &str = "id";
const TERMS: &str = "terms";
const SORT_KEY: &str = "sort_key";
/// What one indexing thread may gather before it writes a segment.
const WRITER_BYTES: usize = 64 * 1024 * 1024;
/// So many segments of about the same size become one.
const SEGMENTS_MERGED_MIN: usize = 4;
/// A segment is written anew when more than this share of its customers was replaced.
const REPLACED_SHARE_MAX: f32 = 0.25;
/// A term of more than this share of all customers is common.
const COMMON_SHARE: f64 = 0.9;
/// Room for the terms of most customers.
const DOCUMENT_BYTES: usize = 4_096;

#[derive(Debug, Clone, Copy)]
struct Fields {
    id: Field,
    terms: Field,
    sort_key: Field,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_u64_field(ID, INDEXED),
        terms: builder.add_bytes_field(TERMS, BytesOptions::default().set_indexed()),
        sort_key: builder.add_bytes_field(SORT_KEY, BytesOptions::default().set_fast()),
    };
    (builder.build(), fields)
}

/// The writing side. One at a time in a folder, which tantivy's own lock makes sure of.
pub(super) struct Index {
    writer: IndexWriter,
    reader: IndexReader,
    fields: Fields,
}

impl Index {
    /// An index without a folder.
    pub(super) fn in_memory() -> Result<Self, SearchError> {
        let (schema, fields) = schema();
        Index::over(tantivy::Index::builder().schema(schema).settings(settings()).create_in_ram()?, fields)
    }

    /// A new index in a folder; whatever is in it goes away.
    pub(super) fn create(folder: &Path) -> Result<Self, SearchError> {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => std::fs::create_dir_all(folder)?,
        }
        let (schema, fields) = schema();
        let builder = tantivy::Index::builder().schema(schema).settings(settings());
        Index::over(builder.create_in_dir(folder)?, fields)
    }

    /// The index in a folder with what its last commit said of itself; `None` if it is not there, not whole or not
    /// of this schema. Reads every byte of it.
    pub(super) fn open(folder: &Path) -> Result<Option<(Self, String)>, SearchError> {
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        if !tantivy::Index::exists(&directory).map_err(tantivy::TantivyError::from)? {
            return Ok(None);
        }
        let (schema, fields) = schema();
        let index = tantivy::Index::open(directory)?;
        let damaged: Vec<PathBuf> = index.validate_checksum()?.into_iter().collect();
        let missing = index.searchable_segments()?.is_empty() && index.load_metas()?.payload.is_none();
        if !damaged.is_empty() || missing || index.schema() != schema {
            return Ok(None);
        }
        let payload = index.load_metas()?.payload.unwrap_or_default();
        Ok(Some((Index::over(index, fields)?, payload)))
    }

    fn over(index: tantivy::Index, fields: Fields) -> Result<Self, SearchError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer = index.writer_with_options(options)?;
        writer.set_merge_policy(Box::new(merge_policy()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Index { writer, reader, fields })
    }

    /// Replaces a customer. Seen after the next commit.
    pub(super) fn put(&self, customer: &Projection) -> Result<(), SearchError> {
        self.remove(customer.id);
        self.add(customer)
    }

    /// Adds a customer that is not there.
    pub(super) fn add(&self, customer: &Projection) -> Result<(), SearchError> {
        let mut document = TantivyDocument::with_capacity(DOCUMENT_BYTES);
        document.add_u64(self.fields.id, customer.id.0);
        document.add_bytes(self.fields.sort_key, &customer.sort_key);
        terms::each_of_customer(customer, |term| document.add_bytes(self.fields.terms, term));
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Takes a customer out.
    pub(super) fn remove(&self, id: CustomerId) {
        self.writer.delete_term(Term::from_field_u64(self.fields.id, id.0));
    }

    /// Takes all customers out.
    pub(super) fn clear(&self) -> Result<(), SearchError> {
        self.writer.delete_all_documents()?;
        Ok(())
    }

    /// Forgets what was put and removed since the last commit.
    pub(super) fn roll_back(&mut self) -> Result<(), SearchError> {
        self.writer.rollback()?;
        Ok(())
    }

    /// Makes everything visible and durable; `payload` is what [`Index::open`] gives back.
    pub(super) fn commit(&mut self, payload: &str) -> Result<View, SearchError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(payload);
        commit.commit()?;
        self.view()
    }

    /// What the last commit made visible.
    pub(super) fn view(&self) -> Result<View, SearchError> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let column = |segment: &SegmentReader| segment.fast_fields().bytes(SORT_KEY);
        let sort_keys = searcher.segment_readers().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        Ok(View { searcher, sort_keys: sort_keys.into(), fields: self.fields, answered: Answered::new() })
    }
}

/// A search asks every segment, and walks over every customer who was replaced: both stay few.
fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(SEGMENTS_MERGED_MIN);
    policy.set_del_docs_ratio_before_merge(REPLACED_SHARE_MAX);
    policy
}

fn settings() -> IndexSettings {
    IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() }
}

/// The customers as of one commit of the index.
#[derive(Clone)]
pub(super) struct View {
    searcher: Searcher,
    /// Of each segment; `None` where it has no customers.
    sort_keys: Arc<[Option<BytesColumn>]>,
    fields: Fields,
    /// What [`View::hits`] answered before.
    pub(super) answered: Answered,
}

impl View {
    /// How many customers there are.
    pub(super) fn count(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// The first `limit` sort keys behind `after` of customers that have all that is needed, ascending.
    pub(super) fn hits(
        &self,
        needed: &[Needed],
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<SortKey>, SearchError> {
        let query = self.query(needed)?;
        let weight = query.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut runs = Vec::new();
        for (segment, sort_keys) in self.searcher.segment_readers().iter().zip(&*self.sort_keys) {
            if let Some(sort_keys) = sort_keys {
                let ords = first_ords(segment, sort_keys, &*weight, after, limit)?;
                runs.push(Run { sort_keys, ords: ords.into_iter() });
            }
        }
        merge(runs, limit)
    }

    fn query(&self, needed: &[Needed]) -> Result<Box<dyn Query>, SearchError> {
        let term = |bytes: &Vec<u8>| -> Box<dyn Query> {
            Box::new(TermQuery::new(self.term(bytes), IndexRecordOption::Basic))
        };
        let needless = self.needless(needed)?;
        let mut clauses = Vec::with_capacity(needed.len());
        for (needed, needless) in needed.iter().zip(needless) {
            clauses.push(match needed {
                Needed::Term(_) if needless => continue,
                Needed::Term(bytes) => (Occur::Must, term(bytes)),
                Needed::Not(bytes) => (Occur::MustNot, term(bytes)),
                Needed::OneOf(terms) if terms.is_empty() => return Ok(Box::new(EmptyQuery)),
                Needed::OneOf(terms) => {
                    let any = BooleanQuery::union(terms.iter().map(term).collect());
                    (Occur::Must, Box::new(any) as Box<dyn Query>)
                }
            });
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    fn term(&self, bytes: &[u8]) -> Term {
        Term::from_field_bytes(self.fields.terms, bytes)
    }

    /// Where the rarest of all terms stands for nearly every customer, the others tell nearly nobody apart: holding
    /// them all against each other costs more than reading the few records that do not match.
    fn needless(&self, needed: &[Needed]) -> Result<Vec<bool>, SearchError> {
        let mut frequencies = Vec::with_capacity(needed.len());
        for needed in needed {
            frequencies.push(match needed {
                Needed::Term(bytes) => Some(self.searcher.doc_freq(&self.term(bytes))?),
                Needed::OneOf(_) | Needed::Not(_) => None,
            });
        }
        let rarest = frequencies.iter().enumerate().filter_map(|(at, count)| Some(((*count)?, at))).min();
        let only_terms = !needed.iter().any(|needed| matches!(needed, Needed::OneOf(_)));
        let common = |count: u64| count as f64 > self.count() as f64 * COMMON_SHARE;
        let one_will_do = rarest.filter(|(count, _)| only_terms && common(*count)).map(|(_, at)| at);
        Ok((0..needed.len()).map(|at| one_will_do.is_some_and(|one| one != at)).collect())
    }
}

/// The smallest `limit` ordinals of sort keys behind `after` in a segment, ascending.
fn first_ords(
    segment: &SegmentReader,
    sort_keys: &BytesColumn,
    weight: &dyn Weight,
    after: &[u8],
    limit: usize,
) -> Result<Vec<u64>, SearchError> {
    let least = least_ord_behind(sort_keys, after)?;
    let (ords, alive) = (sort_keys.ords(), segment.alive_bitset());
    let mut smallest = BinaryHeap::with_capacity(limit + 1);
    let mut take = |document: DocId| {
        let Some(ord) = ords.first(document).filter(|ord| *ord >= least) else { return };
        if smallest.len() < limit {
            smallest.push(ord);
        } else if let Some(mut largest) = smallest.peek_mut()
            && ord < *largest
        {
            *largest = ord;
        }
    };
    weight.for_each_no_score(segment, &mut |documents| {
        let alive = |document: &&DocId| alive.is_none_or(|alive| alive.is_alive(**document));
        documents.iter().filter(alive).for_each(|document| take(*document));
    })?;
    Ok(smallest.into_sorted_vec())
}

fn least_ord_behind(sort_keys: &BytesColumn, after: &[u8]) -> Result<u64, SearchError> {
    if after.is_empty() {
        return Ok(0);
    }
    // The upper end of everything up to `after`, in ordinals.
    let dictionary = sort_keys.dictionary();
    let bounds = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
    Ok(match dictionary.term_bounds_to_ord(bounds.0, bounds.1)?.0 {
        std::ops::Bound::Included(ord) => ord,
        std::ops::Bound::Excluded(ord) => ord.saturating_add(1),
        std::ops::Bound::Unbounded => 0,
    })
}

/// The hits of one segment, in order.
struct Run<'v> {
    sort_keys: &'v BytesColumn,
    ords: std::vec::IntoIter<u64>,
}

impl Run<'_> {
    fn next(&mut self) -> Result<Option<SortKey>, SearchError> {
        let Some(ord) = self.ords.next() else { return Ok(None) };
        let mut key = Vec::new();
        if !self.sort_keys.ord_to_bytes(ord, &mut key)? {
            return Err(SearchError::Index("a sort key is missing".to_owned()));
        }
        Ok(Some(key.into()))
    }
}

/// Of all runs together the first `limit`; no more keys are read than that and one a segment.
fn merge(mut runs: Vec<Run<'_>>, limit: usize) -> Result<Vec<SortKey>, SearchError> {
    let mut heads = BinaryHeap::new();
    for (at, run) in runs.iter_mut().enumerate() {
        heads.extend(run.next()?.map(|key| Reverse((key, at))));
    }
    let mut merged = Vec::new();
    while let Some(Reverse((key, at))) = heads.pop() {
        merged.push(key);
        if merged.len() == limit {
            break;
        }
        heads.extend(runs[at].next()?.map(|key| Reverse((key, at))));
    }
    Ok(merged)
}
