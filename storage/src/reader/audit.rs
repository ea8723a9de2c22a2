//! The audit record as whoever may read it asks for it: newest first, page by page, by person, conversation or patient.

use super::Reader;
use crate::backend::Direction;
use crate::keys;
use crate::state::Records;
use corridor_domain::audit::AuditRecord;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use std::collections::BTreeSet;
use std::io;
use std::iter::once;

/// A line of the audit record with its place among the leaves.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// Its index.
    pub leaf_index: u64,
    /// The leaf as RFC 6962 hashes it: SHA-256 over a zero byte and the record.
    pub leaf_hash: [u8; 32],
    /// What it says.
    pub record: AuditRecord,
}

/// Which lines of the audit record.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter {
    /// Only lines before this index.
    pub before: Option<u64>,
    /// Only lines about or by this person.
    pub person: Option<PersonId>,
    /// Only lines about this conversation.
    pub conversation: Option<ConversationId>,
}

impl Reader {
    /// Lines of the audit record, newest first.
    pub fn audit(&self, filter: AuditFilter, limit: usize) -> io::Result<Vec<AuditLine>> {
        let prefix = match (filter.conversation, filter.person) {
            (Some(conversation), _) => keys::audit_conversation(conversation, 0),
            (None, Some(person)) => keys::audit_person(person, 0),
            (None, None) => keys::audit(0),
        };
        let prefix = &prefix[..prefix.len() - 8];
        let (from, end) = keys::range_of(prefix);
        let to = filter
            .before
            .map_or(end, |before| [prefix, &before.to_be_bytes()].concat());
        let mut lines = Vec::new();
        for pair in self.state.scan(&from, &to, Direction::Backward) {
            if lines.len() >= limit {
                break;
            }
            let (key, _) = pair?;
            let Some(leaf_index) = keys::last_number(&key) else {
                continue;
            };
            let Some(line) = self.audit_line(leaf_index)? else {
                continue;
            };
            let record = &line.record;
            let about = |person| [record.actor, record.subject, record.on_behalf_of].contains(&Some(person));
            if filter.person.is_none_or(about) {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    fn audit_line(&self, leaf_index: u64) -> io::Result<Option<AuditLine>> {
        use sha2::{Digest, Sha256};
        let Some(bytes) = self.state.bytes(&keys::audit(leaf_index))? else {
            return Ok(None);
        };
        let leaf_hash = Sha256::new()
            .chain_update([0_u8])
            .chain_update(&bytes)
            .finalize()
            .into();
        Ok(Some(AuditLine {
            leaf_index,
            leaf_hash,
            record: crate::records::decode(&bytes)?,
        }))
    }

    /// Lines about a patient, newest first: of their person, and of every conversation about them, at most `limit`. None: these are more than are
    /// looked through for one answer. Of each is read what may be on the page, and no more.
    pub fn audit_of_patient(
        &self,
        patient: PersonId,
        before: Option<u64>,
        limit: usize,
    ) -> io::Result<Option<Vec<AuditLine>>> {
        let most = limits::AUDIT_PATIENT_CONVERSATIONS_COUNT_MAX;
        let conversations = self.state.ids(&keys::conversations_about(patient), most + 1)?;
        if conversations.len() > most {
            return Ok(None);
        }
        let of_conversation = |id: [u8; 16]| keys::audit_conversation(ConversationId::from_bytes(id), 0);
        let mut newest = BTreeSet::new();
        for first in once(keys::audit_person(patient, 0)).chain(conversations.into_iter().map(of_conversation)) {
            self.take_newest(&first[..first.len() - 8], before, limit, &mut newest)?;
        }
        let mut lines = Vec::with_capacity(newest.len());
        for leaf_index in newest.into_iter().rev() {
            lines.extend(self.audit_line(leaf_index)?);
        }
        Ok(Some(lines))
    }

    /// Adds the places of lines below a prefix, as long as they are among the newest that are known.
    fn take_newest(
        &self,
        prefix: &[u8],
        before: Option<u64>,
        limit: usize,
        newest: &mut BTreeSet<u64>,
    ) -> io::Result<()> {
        let (from, end) = keys::range_of(prefix);
        let to = before.map_or(end, |before| [prefix, &before.to_be_bytes()].concat());
        for pair in self.state.scan(&from, &to, Direction::Backward) {
            let (key, _) = pair?;
            let Some(leaf_index) = keys::last_number(&key) else {
                continue;
            };
            let is_full = newest.len() >= limit;
            if is_full && newest.first().is_none_or(|oldest| leaf_index <= *oldest) {
                break;
            }
            if newest.insert(leaf_index) && is_full {
                newest.pop_first();
            }
        }
        Ok(())
    }
}
