//! Coverage: granting it, ending it, and who is told of which.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::care::Party;
use corridor_domain::command::Command;
use corridor_domain::coverage::{Coverage, NewCoverage};
use corridor_domain::ids::{CommandId, CoverageId};
use corridor_domain::person::Role;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

impl Service {
    /// Lets somebody work for a time in the patient conversations of who is away.
    pub async fn grant_coverage(
        &self,
        caller: &Caller,
        command_id: CommandId,
        request: &wire::GrantCoverage,
    ) -> Outcome<wire::Coverage> {
        let id = CoverageId::from_bytes(self.id_made_of("coverage", caller, command_id));
        let covered = request.covered_id.as_deref().map(convert::person_id).transpose()?;
        let coverage = NewCoverage {
            id,
            covered: covered.unwrap_or(caller.person.id),
            covering: convert::person_id(&request.covering_id)?,
            from_ms: request.from_ms.unwrap_or_default(),
            until_ms: request.until_ms,
            reason: Private::new(request.reason.trim()),
        };
        let asked = serde_json::to_vec(request).map_err(io::Error::other)?;
        let coverage = Box::new(coverage);
        let command = match request.of_labelled {
            true => Command::GrantCoverageOfLabelled { coverage },
            false => Command::GrantCoverage { coverage },
        };
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await?;
        let granted = self.reader().coverage(id)?.ok_or(Refusal::NotFound)?;
        Ok(self.shown_coverage(&granted)?)
    }

    /// Ends one before its time.
    pub async fn end_coverage(&self, caller: &Caller, command_id: CommandId, id: &str) -> Outcome<Done> {
        let coverage = convert::coverage::coverage_id(id).map_err(|_| Refusal::NotFound)?;
        let command = Command::EndCoverage(coverage);
        self.run(&self.envelope(caller.acting(), command_id, id.as_bytes(), command))
            .await
    }

    /// Those that are not over: the caller's, or for administrators everybody's.
    pub fn coverages(&self, caller: &Caller, scope: &str) -> Outcome<wire::CoverageList> {
        if !caller.person.is_staff() {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        let person = match scope {
            "" | "mine" => Some(caller.person.id),
            "all" if caller.person.roles.has(Role::Administrator) => None,
            "all" => return Err(Failure::Refused(Refusal::Forbidden)),
            _ => return Err(Failure::Invalid("The scope is mine or all.")),
        };
        let mut found = self.reader().coverages(person)?;
        found.sort_by_key(|coverage| (coverage.window.from_ms, coverage.window.id));
        let shown = found.iter().map(|coverage| self.shown_coverage(coverage));
        Ok(wire::CoverageList {
            coverages: shown.collect::<io::Result<_>>()?,
        })
    }

    pub(super) fn shown_coverage(&self, coverage: &Coverage) -> io::Result<wire::Coverage> {
        let of_labelled = self.reader().covers_labelled(coverage.window.id)?;
        convert::coverage::coverage(self.names(), coverage, of_labelled)
    }

    /// That whoever answers covers for somebody, if they do.
    pub(super) fn covering(&self, readable: &Readable) -> io::Result<Option<wire::Covering>> {
        let (Some(head), Some(holder)) = (&readable.conversation, &readable.holder) else {
            return Ok(None);
        };
        let answers = readable.care().map(|care| care.party(Some(holder)));
        let stand_in = self.reader().stand_in(head.id, holder.id)?;
        let (Some(took), Some(Party::Person(_))) = (stand_in.and_then(|stand_in| stand_in.took), answers) else {
            return Ok(None);
        };
        let coverage = self.reader().coverage(took.coverage)?;
        let now_ms = self.time_of_rights_ms();
        let Some(coverage) = coverage.filter(|coverage| coverage.cover().is_in_force(now_ms)) else {
            return Ok(None);
        };
        Ok(Some(wire::Covering {
            person: crate::names::of(holder),
            covered: self.names().author(took.covered)?,
            until_ms: coverage.window.until_ms,
        }))
    }
}
