//! Whether a text names another patient than the one it is about: their record number, their birth date, their name; or any patient, where none
//! is to be named.
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
    /// Those of a number that begins with letters.
    digits: Option<String>,
    born: Option<Date>,
}

/// All charts of a clinic, found by what may stand in a text; and the names of everybody else.
#[derive(Debug, Default)]
pub struct Charts {
    charts: HashMap<PersonId, Chart>,
    /// The names of those who are no patients: staff, proxies, partners.
    others: HashMap<PersonId, Vec<String>>,
    by_number: Index,
    /// By the digits of a number that begins with letters.
    by_digits: Index,
    by_name: Index,
    others_by_name: Index,
}

/// Who is found by a word.
type Index = HashMap<String, HashSet<PersonId>>;

impl Charts {
    /// Takes a person as they are now.
    pub fn take(&mut self, person: &Person) {
        self.forget(person.id);
        let names = text::names_of(person.name.expose());
        let Some(facts) = person.patient.as_ref().filter(|_| person.kind == PersonKind::Patient) else {
            put(&mut self.others_by_name, &names, person.id);
            self.others.insert(person.id, names);
            return;
        };
        let number = text::number_of(facts.mrn.expose());
        let chart = Chart {
            digits: text::digits_of(&number),
            number,
            born: Date::of_record(facts.birth_date.expose()),
            names,
        };
        put(&mut self.by_number, [&chart.number], person.id);
        put(&mut self.by_digits, &chart.digits, person.id);
        put(&mut self.by_name, &chart.names, person.id);
        self.charts.insert(person.id, chart);
    }

    /// Whether the person was taken.
    pub fn knows(&self, person: PersonId) -> bool {
        self.charts.contains_key(&person) || self.others.contains_key(&person)
    }

    fn forget(&mut self, person: PersonId) {
        if let Some(names) = self.others.remove(&person) {
            take_out(&mut self.others_by_name, &names, person);
        }
        if let Some(chart) = self.charts.remove(&person) {
            take_out(&mut self.by_number, [&chart.number], person);
            take_out(&mut self.by_digits, &chart.digits, person);
            take_out(&mut self.by_name, &chart.names, person);
        }
    }

    /// What in a text about that patient is another one's, in the order of the text.
    pub fn others_named(&self, body: &str, patient: PersonId) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        let Some(own) = self.charts.get(&patient) else {
            return found;
        };
        let words = Words::of(body);
        let mut first = 0;
        while first < words.len().min(limits::WORDS_COMPARED_COUNT_MAX) && found.len() < limits::OTHERS_NAMED_COUNT_MAX
        {
            match self.at(&words, first, own) {
                Place::Own(last) => first = last + 1,
                Place::Nothing => first += 1,
                Place::Anothers(what, last) => {
                    let text = words.written(first, last).to_owned();
                    if !found.iter().any(|known| known.text == text) {
                        found.push(Named { what, text });
                    }
                    first = last + 1;
                }
            }
        }
        found
    }

    /// What in a text tells that a patient is meant, whichever, in the order of the text: a record number, or a name with the birth date that
    /// belongs to it. A name alone is anybody's, and so is a date.
    pub fn patients_named(&self, body: &str) -> Vec<Named> {
        let words = Words::of(body);
        let count = words.len().min(limits::WORDS_COMPARED_COUNT_MAX);
        let dates: Vec<_> = (0..count)
            .filter_map(|first| words.dates_at(first).map(|(days, last)| (first, last, days)))
            .collect();
        let said: HashSet<Date> = dates.iter().flat_map(|(_, _, days)| days.iter().copied()).collect();
        let (mut places, mut theirs) = (Vec::new(), HashSet::new());
        let mut first = 0;
        while first < count && places.len() < limits::OTHERS_NAMED_COUNT_MAX {
            let found = match self.number_at(&words, first, None) {
                Place::Anothers(what, last) => Some((what, last)),
                _ => self.born_on(&words, first, &said).map(|(born, last)| {
                    theirs.insert(born);
                    (What::Name, last)
                }),
            };
            places.extend(found.map(|(what, last)| (first, last, what)));
            first = found.map_or(first, |(_, last)| last) + 1;
        }
        let is_theirs = |days: &[Date]| days.iter().any(|day| theirs.contains(day));
        let born = dates.iter().filter(|(_, _, days)| is_theirs(days));
        places.extend(born.map(|(first, last, _)| (*first, *last, What::BirthDate)));
        places.sort_by_key(|(first, last, _)| (*first, *last));
        let mut named: Vec<Named> = Vec::new();
        for (first, last, what) in places {
            let text = words.written(first, last).to_owned();
            if !named.iter().any(|known| known.text == text) {
                named.push(Named { what, text });
            }
        }
        named.truncate(limits::OTHERS_NAMED_COUNT_MAX);
        named
    }

    /// The name of a patient who was born on one of these days: both names beside each other, or one of them in capitals.
    fn born_on(&self, words: &Words<'_>, first: usize, days: &HashSet<Date>) -> Option<(Date, usize)> {
        let (one, next) = (words.lower(first), first + 1);
        let other = words.are_beside(first, next).then(|| words.lower(next));
        let charts = |word: &str| {
            self.by_name
                .get(word)
                .into_iter()
                .flatten()
                .filter_map(|id| self.charts.get(id))
        };
        let born = |chart: &&Chart| chart.born.filter(|born| days.contains(born));
        let is_both =
            |chart: &&Chart, other: &String| text::fits(&chart.names, &one) && text::fits(&chart.names, other);
        if let Some(other) = other.filter(|other| !days.is_empty() && *other != one) {
            // The one that is no initial finds them.
            let whole = if one.chars().count() > 1 { &one } else { &other };
            let both = charts(whole)
                .filter(|chart| is_both(chart, &other))
                .find_map(|chart| born(&chart));
            if let Some(born) = both {
                return Some((born, next));
            }
        }
        let alone = words.is_capital(first) && !days.is_empty() && one.chars().count() > 1;
        let found = charts(&one).filter(|_| alone).find_map(|chart| born(&chart));
        found.map(|born| (born, first))
    }

    fn at(&self, words: &Words<'_>, first: usize, own: &Chart) -> Place {
        match self.number_at(words, first, Some(own)) {
            Place::Nothing => {}
            found => return found,
        }
        let named = date_at(words, first, own).or_else(|| self.name_at(words, first, own));
        named.map_or(Place::Nothing, |(what, last)| Place::Anothers(what, last))
    }

    /// A number as it stands in a chart, however it is spaced, the longest first; digits alone only where the text says that they are one.
    fn number_at(&self, words: &Words<'_>, first: usize, own: Option<&Chart>) -> Place {
        const LONGEST: usize = 4;
        let mut joined = words.upper(first);
        let mut all = vec![(first, joined.clone())];
        for last in first + 1..words.len().min(first + LONGEST) {
            if !words.are_one(last - 1, last) {
                break;
            }
            joined.push_str(&words.upper(last));
            all.push((last, joined.clone()));
        }
        let is_said = words.is_said_to_be_a_number(first);
        for (last, number) in all.into_iter().rev().filter(|(_, number)| text::is_number(number)) {
            let is_whole = !text::is_digits(&number) || is_said;
            let is_own = own.is_some_and(|own| number == own.number || is_said && own.digits.as_ref() == Some(&number));
            let found = |index: &Index| index.get(&number).is_some_and(|whose| !whose.is_empty());
            match () {
                () if is_own => return Place::Own(last),
                () if is_whole && found(&self.by_number) => return Place::Anothers(What::RecordNumber, last),
                () if is_said && found(&self.by_digits) => return Place::Anothers(What::RecordNumber, last),
                () => {}
            }
        }
        Place::Nothing
    }

    /// First and last name beside each other, an initial and a name, a name behind a title, or the one who is greeted.
    fn name_at(&self, words: &Words<'_>, first: usize, own: &Chart) -> Option<(What, usize)> {
        let last = first + 1;
        if last >= words.len() || !words.are_beside(first, last) {
            return None;
        }
        let (one, other) = (words.lower(first), words.lower(last));
        if text::is_title(&one) || first == 0 && text::is_greeting(&one) {
            let is_name = words.is_capital(last) && self.is_anothers_alone(&other, own);
            return is_name.then_some((What::Name, last));
        }
        if !words.is_capital(first) || !words.is_capital(last) || one == other {
            return None;
        }
        let is_both = |names: &Vec<String>| text::fits(names, &one) && text::fits(names, &other);
        if is_both(&own.names) {
            return None;
        }
        let whole = [&one, &other].into_iter().find(|word| word.chars().count() > 1)?;
        let names_of = |index: &Index, all: &dyn Fn(&PersonId) -> bool| {
            index.get(whole).is_some_and(|known| known.iter().any(all))
        };
        let is_patients = names_of(&self.by_name, &|id| {
            self.charts.get(id).is_some_and(|chart| is_both(&chart.names))
        });
        let is_others = || names_of(&self.others_by_name, &|id| self.others.get(id).is_some_and(is_both));
        (is_patients && !is_others()).then_some((What::Name, last))
    }

    fn is_anothers_alone(&self, name: &str, own: &Chart) -> bool {
        let is_in = |index: &Index| index.get(name).is_some_and(|known| !known.is_empty());
        is_in(&self.by_name) && !own.names.iter().any(|known| known == name) && !is_in(&self.others_by_name)
    }
}

/// What begins at a word, and where it ends.
enum Place {
    Nothing,
    /// This patient's own.
    Own(usize),
    Anothers(What, usize),
}

/// A day that is said to be a birth date and is not this patient's. A bare date says nothing: on most days somebody was born.
fn date_at(words: &Words<'_>, first: usize, own: &Chart) -> Option<(What, usize)> {
    let (dates, last) = words.dates_at(first)?;
    let is_anothers = own.born.is_some_and(|born| !dates.contains(&born));
    (is_anothers && words.is_said_to_be_a_birth_date(first)).then_some((What::BirthDate, last))
}

fn put<'w>(index: &mut Index, words: impl IntoIterator<Item = &'w String>, person: PersonId) {
    for word in words {
        index.entry(word.clone()).or_default().insert(person);
    }
}

fn take_out<'w>(index: &mut Index, words: impl IntoIterator<Item = &'w String>, person: PersonId) {
    for word in words {
        if let Some(known) = index.get_mut(word) {
            known.remove(&person);
            if known.is_empty() {
                index.remove(word);
            }
        }
    }
}

#[cfg(test)]
mod tests;
