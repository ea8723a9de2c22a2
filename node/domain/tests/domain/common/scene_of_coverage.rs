//! The part of a scene that is about coverage: who covers for whom, and what is asked about it.

use super::scene::Scene;
use super::{COLLEAGUE, Case, NOW_MS, colleague};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::coverage::{Cover, Coverage, CoverageStage, NewCoverage};
use corridor_domain::ids::{CoverageId, PersonId};
use corridor_domain::person::Person;
use corridor_domain::private::Private;
use corridor_domain::timer::Timer;

pub const COVERAGE: CoverageId = CoverageId(0xCE);

/// A coverage from a second ago until a second from now.
pub fn running(covered: PersonId, covering: PersonId) -> Coverage {
    Coverage {
        window: NewCoverage {
            id: COVERAGE,
            covered,
            covering,
            from_ms: NOW_MS - 1_000,
            until_ms: NOW_MS + 1_000,
            reason: Private::from("leave"),
        },
        by: covered,
        at_ms: NOW_MS - 5_000,
        ended_by: None,
        stage: CoverageStage::Running,
    }
}

impl Scene<'_> {
    /// For whom the actor covers, if that is how they stand to the conversation.
    pub(super) fn covers(&self) -> Vec<Cover> {
        let (from_ms, until_ms) = match self.relation {
            "covers" => (NOW_MS, NOW_MS + 1),
            "covers later" => (NOW_MS + 1, NOW_MS + 2),
            "covers no longer" => (NOW_MS - 1, NOW_MS),
            _ => return Vec::new(),
        };
        vec![Cover {
            coverage: COVERAGE,
            covered: COLLEAGUE,
            from_ms,
            until_ms,
            of_labelled: self.is("grant names it"),
        }]
    }

    pub(super) fn coverage_command(&self, actor: PersonId, covering: &Person) -> Option<Command> {
        let covered = self.covered(actor);
        let timer = |timer| Some(Command::FireTimer { timer });
        match self.action {
            Action::GrantCoverage => Some(Command::GrantCoverage {
                coverage: Box::new(running(covered, covering.id).window),
            }),
            Action::EndCoverage => Some(Command::EndCoverage(COVERAGE)),
            Action::BeginCoverage => timer(Timer::CoverageBegins(COVERAGE)),
            Action::FinishCoverage => timer(Timer::CoverageEnds(COVERAGE)),
            _ => None,
        }
    }

    fn covered(&self, actor: PersonId) -> PersonId {
        if self.is("for oneself") { actor } else { COLLEAGUE }
    }

    /// Both who are part of it, and how far it has come.
    pub(super) fn coverage(&self, mut case: Case, actor: Option<&Person>, covering: &Person) -> Case {
        let covered = self.covered(actor.map_or(COLLEAGUE, |actor| actor.id));
        let person = actor.filter(|actor| actor.id == covered).cloned();
        case.view.people = vec![person.unwrap_or_else(colleague)];
        case.view.subject = Some(covering.clone());
        let mut coverage = running(covered, covering.id);
        let due_ms = if self.is("due") { NOW_MS } else { NOW_MS + 1 };
        match self.action {
            Action::GrantCoverage => return case,
            Action::BeginCoverage => (coverage.stage, coverage.window.from_ms) = (CoverageStage::Planned, due_ms),
            Action::FinishCoverage => coverage.window.until_ms = due_ms,
            _ => {}
        }
        if self.is("done before") {
            coverage.stage = CoverageStage::Over;
        }
        case.view.coverages = vec![coverage];
        case
    }
}
