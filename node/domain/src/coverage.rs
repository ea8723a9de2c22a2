//! Coverage: for a time somebody works in the patient conversations of somebody who is away (T-29, J04).
//!
//! It opens and closes by the workspace's time alone: whoever covers reads by it as long as it is in force, and not a moment longer,
//! whether or not anybody was there to end it. What they joined or took under it stands in a [`StandIn`] beside the conversation, and goes
//! back when the time is over. This page refuses to know who may grant it (`permission/coverage.rs`) and what its end does
//! (`decide/coverage.rs`).

use crate::ids::{ConversationId, CoverageId, PersonId};
use crate::person::Person;
use crate::private::Private;
use crate::timer::Timer;
use serde::{Deserialize, Serialize};

/// How far a coverage has come. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CoverageStage {
    /// It has not begun.
    Planned,
    /// It has begun; whether it is still in force, its window says.
    Running,
    /// Everything went back.
    Over,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCoverage {
    /// Drawn by the node.
    pub id: CoverageId,
    /// Who is away.
    pub covered: PersonId,
    /// Who works for them.
    pub covering: PersonId,
    /// From when, Unix milliseconds.
    pub from_ms: u64,
    /// Until when, Unix milliseconds; not with it.
    pub until_ms: u64,
    /// Why: shown to whoever covers, and on the record.
    pub reason: Private,
}

/// One coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// What was asked for; ended early, its window is as long as it really was.
    pub window: NewCoverage,
    /// Who granted it.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// Who ended it before its time.
    pub ended_by: Option<PersonId>,
    /// How far it has come.
    pub stage: CoverageStage,
}

impl Coverage {
    /// What it waits for, and when that comes.
    pub fn timer(&self) -> Option<(u64, Timer)> {
        match self.stage {
            CoverageStage::Planned => Some((self.window.from_ms, Timer::CoverageBegins(self.window.id))),
            CoverageStage::Running => Some((self.window.until_ms, Timer::CoverageEnds(self.window.id))),
            CoverageStage::Over => None,
        }
    }

    /// What it lets somebody read, but for what has a label: whether that too stands beside the record.
    pub fn cover(&self) -> Cover {
        Cover {
            coverage: self.window.id,
            covered: self.window.covered,
            from_ms: self.window.from_ms,
            until_ms: self.window.until_ms,
            of_labelled: false,
        }
    }
}

/// That somebody covers for somebody, as it is looked at where a right is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// By which coverage.
    pub coverage: CoverageId,
    /// For whom.
    pub covered: PersonId,
    /// From when.
    pub from_ms: u64,
    /// Until when; not with it.
    pub until_ms: u64,
    /// Conversations with a label too: the grant names them.
    pub of_labelled: bool,
}

impl Cover {
    /// Whether it holds at that time.
    pub fn is_in_force(&self, now_ms: u64) -> bool {
        (self.from_ms..self.until_ms).contains(&now_ms)
    }

    /// Whether it opens the conversations of this patient, or the one that `holder` answers for; those with a label only where it is of such ones.
    pub fn opens(&self, patient: &Person, holder: Option<PersonId>, is_labelled: bool, now_ms: u64) -> bool {
        let is_theirs = patient.has_in_care_team(self.covered) || holder == Some(self.covered);
        self.holds(is_labelled, now_ms) && is_theirs
    }

    /// Whether it holds at that time for such a conversation.
    pub fn holds(&self, is_labelled: bool, now_ms: u64) -> bool {
        self.is_in_force(now_ms) && (self.of_labelled || !is_labelled)
    }
}

/// What somebody came to in one conversation by coverage, and loses with it: to belong to it, to answer for it. Each may be by a coverage
/// of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// Where.
    pub conversation: ConversationId,
    /// Who covers.
    pub covering: PersonId,
    /// They joined.
    pub joined: Option<Joined>,
    /// They took over from the one they cover, and have had it since.
    pub took: Option<Took>,
}

/// That somebody joined by a coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// By which.
    pub coverage: CoverageId,
    /// The event by which they came, in the team's numbering.
    pub seq: u64,
}

/// That somebody took over by a coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Took {
    /// By which.
    pub coverage: CoverageId,
    /// From whom.
    pub covered: PersonId,
}

impl StandIn {
    /// Somebody who came to nothing.
    pub fn none(conversation: ConversationId, covering: PersonId) -> Self {
        Self {
            conversation,
            covering,
            joined: None,
            took: None,
        }
    }

    /// By which coverages.
    pub fn coverages(&self) -> impl Iterator<Item = CoverageId> {
        let joined = self.joined.map(|joined| joined.coverage);
        let took = self
            .took
            .map(|took| took.coverage)
            .filter(move |took| Some(*took) != joined);
        joined.into_iter().chain(took)
    }

    /// Whether there is nothing to lose.
    pub fn is_over(&self) -> bool {
        self.joined.is_none() && self.took.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(stage: CoverageStage) -> Coverage {
        Coverage {
            window: NewCoverage {
                id: CoverageId(1),
                covered: PersonId(1),
                covering: PersonId(2),
                from_ms: 10,
                until_ms: 20,
                reason: Private::from("leave"),
            },
            by: PersonId(1),
            at_ms: 5,
            ended_by: None,
            stage,
        }
    }

    #[test]
    fn it_holds_from_its_beginning_and_not_at_its_end() {
        let cover = coverage(CoverageStage::Planned).cover();
        let held: Vec<u64> = (8..22).filter(|now| cover.is_in_force(*now)).collect();
        assert_eq!(held, (10..20).collect::<Vec<u64>>());
    }

    #[test]
    fn it_waits_for_its_beginning_and_then_for_its_end() {
        let timer = |stage| coverage(stage).timer();
        assert_eq!(
            timer(CoverageStage::Planned),
            Some((10, Timer::CoverageBegins(CoverageId(1))))
        );
        assert_eq!(
            timer(CoverageStage::Running),
            Some((20, Timer::CoverageEnds(CoverageId(1))))
        );
        assert_eq!(timer(CoverageStage::Over), None);
    }
}
