//! The audit record for who may read it; reading it is on it.

use super::{Caller, Service};
use crate::convert::basis_name;
use crate::failure::Outcome;
use corridor_domain::audit::{Action, AuditRecord};
use corridor_domain::command::Command;
use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use corridor_storage::reader::{AuditFilter, AuditLine};
use std::io;

impl Service {
    /// Lines of the record, newest first.
    pub async fn audit(&self, caller: &Caller, filter: AuditFilter, limit: usize) -> Outcome<wire::AuditPage> {
        self.ask(caller, Command::ReadAudit).await?;
        let limit = limit.clamp(1, limits::PAGE_COUNT_MAX);
        self.audit_page(&self.reader().audit(filter, limit)?, limit)
    }

    /// Lines about a patient, newest first: their conversations and their person.
    pub async fn audit_of_patient(
        &self,
        caller: &Caller,
        patient: PersonId,
        before: Option<u64>,
        limit: usize,
    ) -> Outcome<wire::AuditPage> {
        self.ask(caller, Command::ReadAudit).await?;
        let limit = limit.clamp(1, limits::PAGE_COUNT_MAX);
        let lines = self.reader().audit_of_patient(patient, before, limit)?;
        self.audit_page(&lines.ok_or(Refusal::TooMany)?, limit)
    }

    fn audit_page(&self, lines: &[AuditLine], limit: usize) -> Outcome<wire::AuditPage> {
        let next_before = if lines.len() == limit {
            lines.last().map(|line| line.leaf_index)
        } else {
            None
        };
        let records = lines
            .iter()
            .map(|line| self.audit_record(line))
            .collect::<io::Result<_>>()?;
        Ok(wire::AuditPage { records, next_before })
    }

    fn audit_record(&self, line: &AuditLine) -> io::Result<wire::AuditRecord> {
        let record = &line.record;
        let author = |person: Option<PersonId>| person.map(|person| self.names().author(person)).transpose();
        Ok(wire::AuditRecord {
            index: line.leaf_index,
            revision: record.revision,
            at_ms: record.at_ms,
            actor: author(record.actor)?,
            on_behalf_of: author(record.on_behalf_of)?,
            session_id: record.session.map(|session| session.to_string()),
            device: record.device.expose().to_owned(),
            basis: record.basis.map(|basis| basis_name(basis).to_owned()),
            action: record.action.code().to_owned(),
            outcome: record.refusal.map_or("accepted", |refusal| refusal.code()).to_owned(),
            conversation_id: record.ranges.first().map(|range| range.conversation.to_string()),
            subject: author(record.subject)?,
            ranges: record.ranges.iter().map(range).collect(),
            reason: record.reason.expose().to_owned(),
            recipients: self.recipients(record)?,
            leaf: line.leaf_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// Who was there when the event happened, and on the side that saw it. A look has no recipients.
    fn recipients(&self, record: &AuditRecord) -> io::Result<Vec<wire::Author>> {
        let looks = matches!(
            record.action,
            Action::Read | Action::ReadPatients | Action::ReadPeople | Action::ReadAudit
        );
        let Some(range) = record
            .ranges
            .first()
            .filter(|range| !looks && record.refusal.is_none() && range.to_seq > 0)
        else {
            return Ok(Vec::new());
        };
        let Some(event) = self.reader().event(range.conversation, range.to_seq)? else {
            return Ok(Vec::new());
        };
        let memberships = self.reader().memberships(range.conversation)?;
        let there = memberships.iter().filter(|membership| {
            membership.was_member_at(range.to_seq)
                && event.is_visible_to(membership.side)
                && Some(membership.person) != record.actor
        });
        there
            .take(limits::AUDIT_RECIPIENTS_COUNT_MAX)
            .map(|membership| self.names().author(membership.person))
            .collect()
    }
}

fn range(range: &corridor_domain::audit::Range) -> wire::AuditRange {
    let numbering = match range.side {
        corridor_domain::conversation::Side::Team => "team",
        corridor_domain::conversation::Side::Patient => "patient",
    };
    wire::AuditRange {
        conversation_id: range.conversation.to_string(),
        numbering: numbering.to_owned(),
        from_seq: range.from_seq,
        to_seq: range.to_seq,
    }
}
