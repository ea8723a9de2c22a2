//! What a clinic sets for itself: the standing guidance that patients read first, its hours, which modules are on, and to whom a patient's
//! first message goes by reason and site: one record, replaced as a whole. Beside it, for how long its people may change what they wrote and
//! whether they reply in each other's name where a label stands: another one.

use crate::ids::SiteId;
use crate::limits;
use crate::person::Role;
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// A stretch of a week in which the clinic answers, in its own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// 0 is Monday.
    pub day: u8,
    /// From that minute of the day.
    pub from_minute: u16,
    /// Until that minute of the day; not with it.
    pub until_minute: u16,
}

/// A reason for which patients write, and who answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The clinic's number for it; conversations are begun with it.
    pub number: u16,
    /// As patients read it.
    pub name: Private,
    /// Who answers first.
    pub pool: Role,
    /// Who answers first for patients of these sites instead.
    pub of_sites: Vec<(SiteId, Role)>,
}

/// Which modules are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// Messages with patients (F-038).
    pub patients: bool,
    /// Chat among staff (F-016).
    pub team: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            patients: true,
            team: true,
        }
    }
}

/// What a clinic allows its people to do with words that were written. A record of its own; where there is none its default holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// For how long staff may edit a message outside what patients see, in seconds; 0: not at all (T-19).
    pub edit_window_s: u32,
    /// Whether others reply on behalf of who answers also in conversations with a label (T-05).
    pub on_behalf_of_labelled: bool,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            edit_window_s: limits::EDIT_WINDOW_S,
            on_behalf_of_labelled: true,
        }
    }
}

impl Policies {
    /// Whether they make sense.
    pub fn is_sound(&self) -> bool {
        self.edit_window_s <= limits::EDIT_WINDOW_S_MAX
    }

    /// Whether what was written then can still be edited.
    pub fn may_be_edited(&self, written_at_ms: u64, now_ms: u64) -> bool {
        let window_ms = u64::from(self.edit_window_s) * 1_000;
        window_ms > 0 && now_ms.saturating_sub(written_at_ms) <= window_ms
    }
}

/// Everything that a clinic sets for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What patients read first, in every state: whom to call in an emergency, when answers come.
    pub guidance: Private,
    /// When the clinic answers; empty: it does not say.
    pub hours: Vec<Hours>,
    /// In which time zone that is, as the IANA database names it.
    pub zone: Private,
    /// Which modules are on.
    pub switches: Switches,
    /// For what patients write.
    pub reasons: Vec<Reason>,
}

impl Settings {
    /// Whether it makes sense: sizes, days and minutes, numbers that come once, pools that can answer.
    pub fn is_sound(&self) -> bool {
        let hours =
            |hours: &Hours| hours.day < 7 && hours.from_minute < hours.until_minute && hours.until_minute <= 1_440;
        let number_comes_once = |reason: &Reason| {
            let same = self.reasons.iter().filter(|other| other.number == reason.number);
            same.count() == 1
        };
        let reason = |reason: &Reason| {
            let name = reason.name.expose().trim();
            !name.is_empty()
                && name.len() <= limits::REASON_NAME_SIZE_BYTES_MAX
                && reason.pool.is_pool()
                && reason.of_sites.len() <= limits::RELATIONS_COUNT_MAX
                && reason.of_sites.iter().all(|(_, pool)| pool.is_pool())
                && number_comes_once(reason)
        };
        self.guidance.expose().len() <= limits::GUIDANCE_SIZE_BYTES_MAX
            && self.zone.expose().len() <= limits::ZONE_SIZE_BYTES_MAX
            && self.hours.len() <= limits::HOURS_COUNT_MAX
            && self.hours.iter().all(hours)
            && self.reasons.len() <= limits::REASONS_COUNT_MAX
            && self.reasons.iter().all(reason)
    }

    /// Who answers first for a patient of these sites who writes for that reason; none: there is no such reason.
    pub fn pool_for(&self, reason: Option<u16>, sites: &[SiteId]) -> Option<Role> {
        let Some(number) = reason else {
            return Some(Role::FrontDesk);
        };
        let reason = self.reasons.iter().find(|reason| reason.number == number)?;
        let of_site = reason.of_sites.iter().find(|(site, _)| sites.contains(site));
        Some(of_site.map_or(reason.pool, |(_, pool)| *pool))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            hours: vec![Hours {
                day: 0,
                from_minute: 480,
                until_minute: 1_020,
            }],
            reasons: vec![Reason {
                number: 7,
                name: Private::from("Refill"),
                pool: Role::Nurse,
                of_sites: vec![(SiteId(2), Role::MedicalAssistant)],
            }],
            ..Settings::default()
        }
    }

    #[test]
    fn a_first_message_goes_where_its_reason_and_site_say() {
        let settings = settings();
        assert_eq!(settings.pool_for(None, &[]), Some(Role::FrontDesk));
        assert_eq!(settings.pool_for(Some(7), &[SiteId(1)]), Some(Role::Nurse));
        let both = [SiteId(1), SiteId(2)];
        assert_eq!(settings.pool_for(Some(7), &both), Some(Role::MedicalAssistant));
        assert_eq!(settings.pool_for(Some(8), &both), None);
    }

    #[test]
    fn what_makes_no_sense_is_found() {
        assert!(settings().is_sound() && Settings::default().is_sound());
        let wrong: [fn(&mut Settings); 8] = [
            |settings| settings.hours[0].day = 7,
            |settings| settings.hours[0].until_minute = 480,
            |settings| settings.hours[0].until_minute = 1_441,
            |settings| settings.reasons[0].name = Private::from(" "),
            |settings| settings.reasons[0].pool = Role::Administrator,
            |settings| settings.reasons[0].of_sites[0].1 = Role::OrganizationQueue,
            |settings| settings.reasons.push(settings.reasons[0].clone()),
            |settings| settings.guidance = Private::new("x".repeat(limits::GUIDANCE_SIZE_BYTES_MAX + 1)),
        ];
        for (number, change) in wrong.iter().enumerate() {
            let mut settings = settings();
            change(&mut settings);
            assert!(!settings.is_sound(), "number {number}");
        }
    }
}
