//! A text in words: what of it may be a name, a number, a date. Knows no patients.

use std::ops::Range;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// `YYYY-MM-DD`.
    pub fn of_record(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    fn of(year: u16, month: u16, day: u16) -> Option<Self> {
        let is_day = (1..=12).contains(&month) && (1..=31).contains(&day) && (1_850..=2_200).contains(&year);
        is_day.then_some(Self {
            year,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
        })
    }
}

/// The words of a name, in lower case.
pub(super) fn names_of(name: &str) -> Vec<String> {
    let words = Words::of(name);
    (0..words.len()).map(|word| words.lower(word)).collect()
}

/// A record number without what people put between its parts.
pub(super) fn number_of(number: &str) -> String {
    let signs = number.chars().filter(|sign| sign.is_alphanumeric());
    signs.flat_map(char::to_uppercase).collect()
}

/// Whether it can be a record number: long enough, and with a digit.
pub(super) fn is_number(text: &str) -> bool {
    text.len() >= 4 && text.chars().any(|sign| sign.is_ascii_digit())
}

/// Digits and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    text.chars().all(|sign| sign.is_ascii_digit())
}

/// What stands behind the letters that clinics put before a number; none where there are none, or something else.
pub(super) fn digits_of(number: &str) -> Option<String> {
    let digits = number.trim_start_matches(char::is_alphabetic);
    (digits != number && is_number(digits) && is_digits(digits)).then(|| digits.to_owned())
}

pub(super) fn is_title(word: &str) -> bool {
    matches!(word, "mr" | "mrs" | "ms" | "miss" | "mx")
}

pub(super) fn is_greeting(word: &str) -> bool {
    matches!(word, "hi" | "hello" | "hey" | "dear")
}

/// Whether a word is one of the names, or the initial of one.
pub(super) fn fits(names: &[String], word: &str) -> bool {
    let mut signs = word.chars();
    let initial = signs.next().filter(|_| signs.next().is_none());
    names
        .iter()
        .any(|name| name == word || initial.is_some_and(|initial| name.starts_with(initial)))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_of(word: &str) -> Option<u16> {
    let place = MONTHS
        .iter()
        .position(|month| word.len() >= 3 && month.starts_with(word))?;
    u16::try_from(place + 1).ok()
}

/// The words of a text: stretches of letters and digits, and what stands between them.
pub(super) struct Words<'t> {
    text: &'t str,
    places: Vec<Range<usize>>,
}

impl<'t> Words<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut places = Vec::new();
        let mut from = None;
        for (at, sign) in text.char_indices() {
            match (from, sign.is_alphanumeric()) {
                (None, true) => from = Some(at),
                (Some(start), false) => {
                    places.push(start..at);
                    from = None;
                }
                _ => {}
            }
        }
        places.extend(from.map(|start| start..text.len()));
        Self { text, places }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    fn word(&self, word: usize) -> &'t str {
        self.places.get(word).map_or("", |place| &self.text[place.clone()])
    }

    pub fn lower(&self, word: usize) -> String {
        self.word(word).to_lowercase()
    }

    pub fn upper(&self, word: usize) -> String {
        self.word(word).to_uppercase()
    }

    pub fn is_capital(&self, word: usize) -> bool {
        self.word(word).chars().next().is_some_and(char::is_uppercase)
    }

    /// From the first of these words to the last, as it was written.
    pub fn written(&self, first: usize, last: usize) -> &'t str {
        match (self.places.get(first), self.places.get(last)) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            _ => "",
        }
    }

    fn between(&self, one: usize, next: usize) -> &'t str {
        match (self.places.get(one), self.places.get(next)) {
            (Some(one), Some(next)) => &self.text[one.end..next.start],
            _ => "\n",
        }
    }

    /// Parts of one number: nothing but a sign that people put between such parts.
    pub fn are_one(&self, one: usize, next: usize) -> bool {
        matches!(
            self.between(one, next),
            "-" | " " | "." | "/" | "#" | ": " | ":" | " #" | "_"
        )
    }

    /// Words of one name.
    pub fn are_beside(&self, one: usize, next: usize) -> bool {
        matches!(self.between(one, next), " " | ". " | ", " | "-" | ",")
    }

    /// Whether one of the words shortly before says what this one is.
    fn is_said(&self, word: usize, by: impl Fn(&str) -> bool) -> bool {
        const BEFORE: usize = 3;
        (word.saturating_sub(BEFORE)..word).any(|before| by(&self.lower(before)))
    }

    pub fn is_said_to_be_a_number(&self, word: usize) -> bool {
        self.is_said(word, |before| matches!(before, "mrn" | "chart" | "record"))
    }

    pub fn is_said_to_be_a_birth_date(&self, word: usize) -> bool {
        self.is_said(word, |before| {
            matches!(before, "dob" | "born" | "birth" | "birthdate" | "birthday")
        })
    }

    /// The days that may be meant by what begins with this word, and where it ends.
    pub fn dates_at(&self, first: usize) -> Option<(Vec<Date>, usize)> {
        let last = first + 2;
        if last >= self.len() {
            return None;
        }
        let number = |word: usize| {
            self.word(word)
                .parse::<u16>()
                .ok()
                .filter(|_| self.word(word).len() <= 4)
        };
        let signs = (self.between(first, first + 1), self.between(first + 1, last));
        let (one, two, three) = (number(first), number(first + 1), number(last));
        let dates: Vec<Option<Date>> = match (one, two, three, signs) {
            (Some(year), Some(month), Some(day), ("-", "-") | ("/", "/") | (".", ".")) if year > 31 => {
                vec![Date::of(year, month, day)]
            }
            (Some(one), Some(two), Some(year), ("-", "-") | ("/", "/") | (".", ".")) => {
                let years = match year {
                    0..100 => vec![1_900 + year, 2_000 + year],
                    _ => vec![year],
                };
                // Whoever wrote may count the month first or the day.
                let both = |year| [Date::of(year, one, two), Date::of(year, two, one)];
                years.into_iter().flat_map(both).collect()
            }
            (None, Some(day), Some(year), (" ", ", " | " ")) => {
                vec![month_of(&self.lower(first)).and_then(|month| Date::of(year, month, day))]
            }
            (Some(day), None, Some(year), (" ", " ")) => {
                vec![month_of(&self.lower(first + 1)).and_then(|month| Date::of(year, month, day))]
            }
            _ => Vec::new(),
        };
        let dates: Vec<Date> = dates.into_iter().flatten().collect();
        (!dates.is_empty()).then_some((dates, last))
    }
}
