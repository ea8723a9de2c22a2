//! What keeps a patient's conversation from people who would see it otherwise: a label that the law asks for, or the patient's wish that those
//! who act for them do not see it.
//!
//! A label takes a conversation out of the organization's queue and out of every coverage that was not granted for such ones (T-22). A
//! confidential one is seen by the patient and the team only, from an age that the clinic sets. This page refuses to know who may set
//! either (`permission/restriction.rs`).

use crate::calendar::civil;
use crate::ids::ConversationId;
use crate::limits;
use crate::person::Person;
use serde::{Deserialize, Serialize};

/// Why a conversation is more than others kept to those who treat the patient. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sensitivity {
    /// Treatment of a substance use disorder (42 CFR Part 2).
    Part2,
    /// What the law of a state protects beyond HIPAA.
    StateLaw,
}

/// What restricts one conversation; there is no record where nothing ever did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Which.
    pub conversation: ConversationId,
    /// Its label.
    pub sensitivity: Option<Sensitivity>,
    /// Those who act for the patient do not see it.
    pub confidential: bool,
    /// It was so once: whoever acts for the patient comes in by hand only, and sees what is said from then on.
    pub was_confidential: bool,
}

impl Restriction {
    /// What is true of a conversation before anybody said otherwise.
    pub fn none(conversation: ConversationId) -> Self {
        Self {
            conversation,
            sensitivity: None,
            confidential: false,
            was_confidential: false,
        }
    }
}

/// A change of what restricts a conversation. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestrictionStep {
    /// Give it a label, or take its label away.
    Label {
        /// Which; none: no more.
        sensitivity: Option<Sensitivity>,
    },
    /// Keep it from those who act for the patient, or not any more.
    Confidential {
        /// Keep it.
        confidential: bool,
    },
}

/// What a clinic does against words that reach the wrong reader. One record, replaced as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safeguards {
    /// From that age on, in years, a patient's conversation can be kept from those who act for them; none: at no age.
    pub confidential_from_years: Option<u8>,
    /// For how long a reply to a patient can be undone before it leaves, in seconds; 0: it leaves at once.
    pub undo_s: u16,
}

impl Default for Safeguards {
    fn default() -> Self {
        Self {
            confidential_from_years: None,
            undo_s: limits::UNDO_S,
        }
    }
}

impl Safeguards {
    /// Whether it makes sense.
    pub fn is_sound(&self) -> bool {
        self.undo_s <= limits::UNDO_S_MAX
            && self
                .confidential_from_years
                .is_none_or(|years| (1..=limits::CONFIDENTIAL_YEARS_MAX).contains(&years))
    }

    /// Whether a conversation of this patient can be kept from those who act for them. Who was born when nobody knows, cannot.
    pub fn may_be_confidential(&self, patient: &Person, now_ms: u64) -> bool {
        let born = patient.patient.as_ref().map(|facts| facts.birth_date.expose());
        let age = born.and_then(|born| age_years(born, now_ms));
        match (self.confidential_from_years, age) {
            (Some(years), Some(age)) => age >= u32::from(years),
            _ => false,
        }
    }
}

/// The age in whole years of somebody born on a day (`YYYY-MM-DD`), by the calendar of UTC: at most a day off anywhere. None if there is no such
/// day, or it is to come.
pub fn age_years(born: &str, now_ms: u64) -> Option<u32> {
    let mut parts = born.split('-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (this_year, this_month, today) = civil(i64::try_from(now_ms / 86_400_000).ok()?);
    let had_birthday = (this_month, today) >= (month, day);
    u32::try_from(this_year - year - i64::from(!had_birthday)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;

    #[test]
    fn somebody_is_a_year_older_on_their_birthday() {
        let on = |days: u64| age_years("2014-11-30", days * DAY_MS);
        assert_eq!((on(20_786), on(20_787)), (Some(11), Some(12)));
        assert_eq!(age_years("2000-02-29", 20_787 * DAY_MS), Some(26));
        for wrong in [
            "",
            "2014",
            "2014-13-01",
            "2014-11-32",
            "14.11.2014",
            "2014-11-30-1",
            "2030-01-01",
        ] {
            assert_eq!(age_years(wrong, 20_787 * DAY_MS), None, "{wrong}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_found() {
        assert!(Safeguards::default().is_sound());
        let years = |years| Safeguards {
            confidential_from_years: Some(years),
            ..Safeguards::default()
        };
        assert!(years(1).is_sound() && !years(0).is_sound() && !years(limits::CONFIDENTIAL_YEARS_MAX + 1).is_sound());
        let undo_s = limits::UNDO_S_MAX + 1;
        assert!(
            !Safeguards {
                undo_s,
                ..Safeguards::default()
            }
            .is_sound()
        );
    }
}
