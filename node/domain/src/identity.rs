//! Whether a text names another patient than the one it is about: their record number, their birth date, their name.
//!
//! A help against mistakes, no wall: whoever wrote is asked to look again. So it would rather be silent than cry wolf: words that are the
//! patient's own, or anybody's who is no patient, are nobody else's; a bare date or first name says nothing. Refuses to know where the
//! charts come from, and who is asked.

mod text;

use crate::ids::PersonId;
use crate::limits;
use crate::person::{Person, PersonKind};
use std::collections::{HashMap, HashSet};
use text::{Date, Words};

/// What of a text is another patient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Their record number.
    RecordNumber,
    /// Their birth date, or one that is said to be this patient's and is not.
    BirthDate,
    /// Their name.
    Name,
}

/// One place of it, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What.
    pub what: What,
    /// The words.
    pub text: String,
}

/// What tells one patient from all others.
#[derive(Debug, Clone)]
struct Chart {
    names: Vec<String>,
    number: String,
    born: Option<Date>,
}

/// All charts of a clinic, found by what may stand in a text; and the names of everybody else.
#[derive(Debug, Default)]
pub struct Charts {
    charts: HashMap<PersonId, Chart>,
    /// The names of those who are no patients: staff, proxies, partners.
    others: HashMap<PersonId, Vec<String>>,
    by_number: HashMap<String, PersonId>,
    by_name: HashMap<String, HashSet<PersonId>>,
    by_birth_date: HashMap<Date, HashSet<PersonId>>,
}

impl Charts {
    /// Takes a person as they are now.
    pub fn take(&mut self, person: &Person) {
        self.forget(person.id);
        let names = text::names_of(person.name.expose());
        let Some(facts) = person.patient.as_ref().filter(|_| person.kind == PersonKind::Patient) else {
            self.others.insert(person.id, names);
            return;
        };
        let chart = Chart {
            number: text::number_of(facts.mrn.expose()),
            born: Date::of_record(facts.birth_date.expose()),
            names,
        };
        self.by_number.insert(chart.number.clone(), person.id);
        for name in &chart.names {
            self.by_name.entry(name.clone()).or_default().insert(person.id);
        }
        if let Some(born) = chart.born {
            self.by_birth_date.entry(born).or_default().insert(person.id);
        }
        self.charts.insert(person.id, chart);
    }

    /// Whether the person was taken.
    pub fn knows(&self, person: PersonId) -> bool {
        self.charts.contains_key(&person) || self.others.contains_key(&person)
    }

    fn forget(&mut self, person: PersonId) {
        self.others.remove(&person);
        let Some(chart) = self.charts.remove(&person) else {
            return;
        };
        if self.by_number.get(&chart.number) == Some(&person) {
            self.by_number.remove(&chart.number);
        }
        for name in &chart.names {
            if let Some(known) = self.by_name.get_mut(name) {
                known.remove(&person);
            }
        }
        if let Some(known) = chart.born.and_then(|born| self.by_birth_date.get_mut(&born)) {
            known.remove(&person);
        }
    }

    /// What in a text about that patient is another one's, in the order of the text.
    pub fn others_named(&self, body: &str, patient: PersonId, now_ms: u64) -> Vec<Named> {
        let Some(own) = self.charts.get(&patient) else {
            return Vec::new();
        };
        let words = Words::of(body);
        let mut found: Vec<(usize, Named)> = Vec::new();
        for first in 0..words.len() {
            let places = [
                self.number_at(&words, first, patient),
                self.date_at(&words, first, own, now_ms),
                self.name_at(&words, first, own),
            ];
            for (what, last) in places.into_iter().flatten() {
                let text = words.written(first, last).to_owned();
                if !found.iter().any(|(until, known)| known.text == text || first <= *until) {
                    found.push((last, Named { what, text }));
                }
            }
        }
        found.truncate(limits::OTHERS_NAMED_COUNT_MAX);
        found.into_iter().map(|(_, named)| named).collect()
    }

    /// A number as it stands in a chart, however it is spaced; its digits alone only where the text says that they are one.
    fn number_at(&self, words: &Words<'_>, first: usize, patient: PersonId) -> Option<(What, usize)> {
        const LONGEST: usize = 4;
        let is_anothers = |number: &str| self.by_number.get(number).is_some_and(|whose| *whose != patient);
        let mut joined = String::new();
        for last in first..words.len().min(first + LONGEST) {
            if last > first && !words.are_one(last - 1, last) {
                break;
            }
            joined.push_str(&words.upper(last));
            if text::is_number(&joined) && is_anothers(&joined) {
                return Some((What::RecordNumber, last));
            }
        }
        let digits = words.upper(first);
        let is_said = text::is_number(&digits) && words.is_said_to_be_a_number(first);
        let ends_so = |number: &String| number.strip_suffix(&digits).is_some_and(text::is_prefix);
        let own = self.charts.get(&patient).is_some_and(|chart| ends_so(&chart.number));
        let anothers = || self.by_number.keys().any(ends_so);
        (is_said && !own && anothers()).then_some((What::RecordNumber, first))
    }

    /// A day that is said to be a birth date and is not this patient's; or another one's, long enough ago to be one.
    fn date_at(&self, words: &Words<'_>, first: usize, own: &Chart, now_ms: u64) -> Option<(What, usize)> {
        const YEARS: i64 = 2;
        let (dates, last) = words.dates_at(first)?;
        let own_born = own.born?;
        if dates.contains(&own_born) {
            return None;
        }
        let (this_year, ..) = crate::restriction::civil(i64::try_from(now_ms / 86_400_000).ok()?);
        let is_anothers = |date: &Date| {
            let whose = self.by_birth_date.get(date);
            whose.is_some_and(|whose| !whose.is_empty()) && i64::from(date.year) <= this_year - YEARS
        };
        let is_one = words.is_said_to_be_a_birth_date(first) || dates.iter().any(is_anothers);
        is_one.then_some((What::BirthDate, last))
    }

    /// First and last name beside each other, an initial and a name, a name behind a title, or the one who is greeted.
    fn name_at(&self, words: &Words<'_>, first: usize, own: &Chart) -> Option<(What, usize)> {
        let last = first + 1;
        if last >= words.len() || !words.are_beside(first, last) {
            return None;
        }
        let (one, other) = (words.lower(first), words.lower(last));
        let is_greeting = first == 0 && text::is_greeting(&one);
        if text::is_title(&one) || is_greeting {
            let is_name = words.is_capital(last) && self.is_anothers_alone(&other, own);
            // Who is greeted by the whole name is found by that.
            return is_name.then_some((What::Name, last));
        }
        if !words.is_capital(first) || !words.is_capital(last) || one == other {
            return None;
        }
        let is_both = |names: &Vec<String>| text::fits(names, &one) && text::fits(names, &other);
        let whole = [&one, &other].into_iter().find(|word| word.chars().count() > 1)?;
        let candidates = self.by_name.get(whole)?;
        let is_patients = candidates
            .iter()
            .any(|patient| self.charts.get(patient).is_some_and(|chart| is_both(&chart.names)));
        let is_nobodys = !is_both(&own.names) && !self.others.values().any(is_both);
        (is_patients && is_nobodys).then_some((What::Name, last))
    }

    fn is_anothers_alone(&self, name: &str, own: &Chart) -> bool {
        let is_patients = self.by_name.get(name).is_some_and(|known| !known.is_empty());
        let has = |names: &Vec<String>| names.iter().any(|known| known == name);
        is_patients && !has(&own.names) && !self.others.values().any(has)
    }
}

#[cfg(test)]
mod tests;
