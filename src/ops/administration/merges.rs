//! Merges in an export and an import: the merged customers as they were before, so that a merge can be taken back
//! elsewhere too, and the targets of promotions that merges made.
//!
//! A merge is taken back only while its records stand as its commit left them, all with one version, but for the version
//! that is kept of a result that was merged again. In another store
//! each customer comes by a commit of its own; where the file says that nothing had changed, the import writes the same
//! bodies once more in one commit with what was kept of the merge. It does so only where nobody but an import has
//! written them since. Deliberately absent: the rules of a merge.

use bytes::Bytes;

use super::Administration;
use super::document::{Binary, Document, MergeLine, MergedMember, PromotionTargetLine};
use super::export::Lines;
use super::import::Importer;
use super::line::{ATTEMPTS_MAX, OPERATION, Refused};
use super::{Stop, form};
use crate::domain::identity::CustomerId;
use crate::domain::reference::Kind;
use crate::ops::customers;
use crate::store::record::history::{self, Difference, HistoryRow};
use crate::store::record::{decode_customer, encode_last_change, encode_promotion_target, key, last_change};
use crate::store::{Change, Collection, CommitNumber, Key, Record, StoreError};

impl Administration {
    /// The merges of which something is kept, each on a line.
    pub(super) async fn export_merges(
        &self,
        lines: &mut Lines<'_>,
        began_at: CommitNumber,
    ) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::MergedBefore);
        let mut last = None;
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                let Ok((customer, _)) = key::read_merged_before(key) else {
                    lines.find(format!("{key} is left out: its key can't be read")).await?;
                    continue;
                };
                if last.replace(customer) != Some(customer) {
                    self.export_merge(lines, customer, began_at).await?;
                }
            }
        }
        Ok(())
    }

    async fn export_merge(
        &self,
        lines: &mut Lines<'_>,
        customer: CustomerId,
        began_at: CommitNumber,
    ) -> Result<(), Stop> {
        let left_out = |why: String| format!("what customer {customer} was merged from is left out: {why}");
        match self.merge_line(customer, began_at).await {
            Ok(Some(line)) => lines.put(&Document::Merge(line)).await,
            Ok(None) => lines.find(left_out("the merge was made during the export".to_owned())).await,
            Err(error @ StoreError::Corrupt(_)) => lines.find(left_out(error.to_string())).await,
            Err(error) => Err(error.into()),
        }
    }

    /// `None`: made since `began_at`.
    async fn merge_line(
        &self,
        customer: CustomerId,
        began_at: CommitNumber,
    ) -> Result<Option<MergeLine>, StoreError> {
        let keys = self.engine.keys(Collection::MergedBefore, key::merged_before_of(customer), usize::MAX)?;
        let (mut members, mut versions) = (Vec::new(), Vec::new());
        for (key, record) in keys.iter().zip(self.gateway.store.get_many(&keys).await?) {
            let (Ok((_, member)), Some(record)) = (key::read_merged_before(key), record) else { continue };
            if member == customer {
                continue;
            }
            versions.push(record.version);
            members.push(MergedMember { id: member.0, row: Binary(record.body.to_vec()) });
        }
        let Some(merge) = versions.first().copied().filter(|merge| *merge <= began_at) else {
            return Ok(None);
        };
        for (key, record) in self.records_of(customer, &members).await? {
            let is_result = key == key::customer(customer);
            versions.push(if is_result {
                self.last_change(customer, &record).await?
            } else {
                record.version
            });
        }
        let unchanged = versions.iter().all(|version| *version == merge);
        Ok(Some(MergeLine { customer: customer.0, unchanged, members }))
    }

    /// The commit that last changed the customer whose record this is, merges that were taken back not counted.
    async fn last_change(&self, customer: CustomerId, record: &Record) -> Result<CommitNumber, StoreError> {
        let kept = self.gateway.store.get(&key::last_change(customer)).await?;
        // One that can't be read keeps nothing; `check` tells of it.
        Ok(last_change(record, kept.as_ref()).unwrap_or(record.version))
    }

    /// What a merge writes and must not change: the records of all, and the sums of the customer that it made.
    async fn records_of(
        &self,
        customer: CustomerId,
        members: &[MergedMember],
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        let members = members.iter().map(|member| key::customer(CustomerId(member.id)));
        let keys: Vec<_> =
            [key::customer(customer), key::sums(customer)].into_iter().chain(members).collect();
        let records = self.gateway.store.get_many(&keys).await?;
        Ok(keys.into_iter().zip(records).filter_map(|(key, record)| Some((key, record?))).collect())
    }

    pub(super) async fn import_merge(&self, importer: &Importer, line: MergeLine) -> Result<(), Refused> {
        check_members(&line)?;
        for _ in 0..ATTEMPTS_MAX {
            let change = self.change_of_merge(importer, &line).await?;
            if change.is_empty() || self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }

    /// What has to be written so that the merge is kept; nothing if it is.
    async fn change_of_merge(&self, importer: &Importer, line: &MergeLine) -> Result<Change, Refused> {
        let (store, customer) = (&*self.gateway.store, CustomerId(line.customer));
        let Some(stored) = customers::load(store, customer).await? else {
            return Err(Refused::Line(format!("a merge of customer {customer}, who is not stored")));
        };
        let mut change = Change::new();
        change.assert_version(key::customer(customer), stored.record.version);
        for member in &line.members {
            if !stored.customer.members.contains(&CustomerId(member.id)) {
                let text = format!("customer {customer} was not merged from customer {}", member.id);
                return Err(Refused::Line(text));
            }
            let key = key::merged_before(customer, CustomerId(member.id));
            match store.get(&key).await? {
                Some(stored) if stored.body == member.row.0 => {}
                Some(_) => {
                    let text = format!("a merge of customer {customer} is stored already, and differs");
                    return Err(Refused::Line(text));
                }
                None => {
                    change.assert_absent(key.clone()).put(key, member.row.0.clone());
                }
            }
        }
        if !change.is_empty() && line.unchanged {
            self.write_once_more(&mut change, importer, line).await?;
        }
        Ok(change)
    }

    /// Gives all records of the merge the version of this commit, if all of them stand as imports wrote them.
    async fn write_once_more(
        &self,
        change: &mut Change,
        importer: &Importer,
        line: &MergeLine,
    ) -> Result<(), Refused> {
        let records = self.records_of(CustomerId(line.customer), &line.members).await?;
        for (key, record) in &records {
            if !self.is_of_an_import(key, record.version).await? {
                return Ok(());
            }
        }
        for member in &line.members {
            self.keep_last_change(change, CustomerId(member.id), &records).await?;
        }
        for (key, record) in records {
            change.log(self.row_of(importer, &key, &record)?);
            change.assert_version(key.clone(), record.version).put(key, record.body);
        }
        Ok(())
    }

    /// Of a member that is itself made by a merge, as the merge does it: so that its own can be taken back afterwards.
    async fn keep_last_change(
        &self,
        change: &mut Change,
        member: CustomerId,
        records: &[(Key, Record)],
    ) -> Result<(), Refused> {
        let unreadable = |error: crate::store::record::RecordError| Refused::Line(error.to_string());
        let place = key::customer(member);
        let Some((_, record)) = records.iter().find(|(key, _)| *key == place) else { return Ok(()) };
        if decode_customer(&record.body).map_err(unreadable)?.members.is_empty() {
            return Ok(());
        }
        let place = key::last_change(member);
        let kept = self.gateway.store.get(&place).await?;
        let version = last_change(record, kept.as_ref()).map_err(unreadable)?;
        change.assert_unchanged(place.clone(), kept.as_ref()).put(place, encode_last_change(version));
        Ok(())
    }

    async fn is_of_an_import(&self, key: &Key, version: CommitNumber) -> Result<bool, StoreError> {
        let customer = key::read_customer_id(&key.id).map(|id| id.0).ok();
        let rows = self.rows_of(version).await?;
        Ok(rows
            .iter()
            .filter_map(|row| history::decode(&row.body).ok())
            .any(|row| Some(row.customer) == customer && row.operation == OPERATION))
    }

    /// A row that says that nothing differs, so that the history does not end here.
    fn row_of(&self, importer: &Importer, key: &Key, record: &Record) -> Result<Bytes, Refused> {
        let unreadable = |error: crate::store::record::RecordError| Refused::Line(error.to_string());
        let of_activity = key.collection == Collection::ActivitySums;
        let same = Difference { tag: history::SUMS, before: Some(&record.body), after: Some(&record.body) };
        let row = HistoryRow {
            time: self.now(),
            who: (&*importer.who).into(),
            operation: OPERATION.into(),
            request_id: (&*importer.request_id).into(),
            customer: key::read_customer_id(&key.id).map_err(unreadable)?.0,
            previous: Some(record.version),
            sections: if of_activity { vec![same] } else { Vec::new() },
            notes: Vec::new(),
            cards: Vec::new(),
        };
        Ok(history::encode(&row).map_err(unreadable)?.into())
    }

    /// Who became a target of a promotion by a merge.
    pub(super) async fn export_promotion_targets(
        &self,
        lines: &mut Lines<'_>,
        began_at: CommitNumber,
    ) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::PromotionTarget);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match (self.gateway.store.get(key).await, key::read_promotion_target(key)) {
                    (Ok(Some(record)), Ok((customer, promotion))) if record.version <= began_at => {
                        let (customer, promotion) = (customer.0, promotion.into());
                        let line = PromotionTargetLine { customer, promotion };
                        lines.put(&Document::PromotionTarget(line)).await?;
                    }
                    // Given or taken away since.
                    (Ok(_), Ok(_)) => {}
                    (Ok(_), Err(error)) => lines.find(format!("{key} is left out: {error}")).await?,
                    (Err(error @ StoreError::Corrupt(_)), _) => {
                        lines.find(format!("left out: {error}")).await?
                    }
                    (Err(error), _) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    pub(super) async fn import_promotion_target(&self, line: PromotionTargetLine<'_>) -> Result<(), Refused> {
        let (store, customer) = (&*self.gateway.store, CustomerId(line.customer));
        if store.get(&key::reference(Kind::Promotion, &line.promotion)).await?.is_none() {
            return Err("is of a promotion that is not defined".into());
        }
        let key = key::promotion_target(customer, &line.promotion);
        for _ in 0..ATTEMPTS_MAX {
            let Some(stored) = store.get(&key::customer(customer)).await? else {
                return Err(Refused::Line(format!("is of customer {customer}, who is not stored")));
            };
            if store.get(&key).await?.is_some() {
                return Ok(());
            }
            let mut change = Change::new();
            change.assert_version(key::customer(customer), stored.version);
            change.assert_absent(key.clone()).put(key.clone(), encode_promotion_target());
            if self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }
}

/// Every row is a customer as it may have been before a merge.
fn check_members(line: &MergeLine) -> Result<(), Refused> {
    for member in &line.members {
        let before = decode_customer(&member.row.0).map_err(|error| Refused::Line(error.to_string()))?;
        form::of_customer(&before)?;
        if before.id.0 != member.id {
            return Err("what is kept of a merged customer is another".into());
        }
    }
    Ok(())
}
