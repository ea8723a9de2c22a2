//! Until when a certificate is good, read from its own bytes, and days as people write them.
//!
//! The one field that this program needs of a certificate; everything else is for TLS to judge. Pure.

/// Seconds of a day.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// When the certificate ends, in milliseconds since 1970. None: these are not a certificate's bytes.
pub fn not_after_ms(certificate: &[u8]) -> Option<u64> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (mut fields, _) = expect(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    let (_, fields) = expect(fields, INTEGER)?;
    let (_, fields) = expect(fields, SEQUENCE)?; // the signature's algorithm
    let (_, fields) = expect(fields, SEQUENCE)?; // the issuer
    let (validity, _) = expect(fields, SEQUENCE)?;
    let (_, _, after_begin) = element(validity)?;
    let (tag, end, _) = element(after_begin)?;
    let text = std::str::from_utf8(end).ok()?.strip_suffix('Z')?;
    match tag {
        // RFC 5280, 4.1.2.5.1: two digits of the year, from 1950 to 2049.
        UTC_TIME => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            let century = if year < 50 { 2000 } else { 1900 };
            time_ms(century + year, text.get(2..)?)
        }
        GENERALIZED_TIME => time_ms(text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => None,
    }
}

/// "2026-11-28".
pub fn date(at_ms: u64) -> String {
    let (year, month, day) = civil(i64::try_from(at_ms / 1_000).unwrap_or(i64::MAX) / DAY_SECONDS);
    format!("{year:04}-{month:02}-{day:02}")
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The first element: its tag, its content, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if !(1..=4).contains(&count) {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(count)?;
        let length = digits
            .iter()
            .fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes)
        .filter(|(found, ..)| *found == tag)
        .map(|(_, content, rest)| (content, rest))
}

/// `rest` is "MMDDHHMMSS".
fn time_ms(year: u32, rest: &str) -> Option<u64> {
    if rest.len() != 10 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let two = |from: usize| rest.get(from..from + 2)?.parse::<i64>().ok();
    let (month, day) = (two(0)?, two(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let seconds = days(i64::from(year), month, day) * DAY_SECONDS + two(4)? * 3_600 + two(6)? * 60 + two(8)?;
    u64::try_from(seconds).ok()?.checked_mul(1_000)
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": a year begins in March).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{date, days, not_after_ms};
    use rcgen::{CertificateParams, KeyPair};

    #[test]
    fn a_certificate_says_until_when() {
        let key = KeyPair::generate().unwrap();
        let ends = [
            (1970, 1, 864_000_000),
            (2029, 2, 1_865_462_400_000),
            (2049, 12, 2_522_793_600_000),
            (2050, 1, 2_525_472_000_000),
        ];
        for (year, month, expected) in ends {
            let mut parameters = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            parameters.not_after = rcgen::date_time_ymd(year, month, 11);
            let made = parameters.self_signed(&key).unwrap();
            assert_eq!(not_after_ms(made.der()), Some(expected), "{year}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let key = KeyPair::generate().unwrap();
        let made = CertificateParams::new(Vec::<String>::new())
            .unwrap()
            .self_signed(&key)
            .unwrap();
        for length in 0..made.der().len() {
            assert_eq!(not_after_ms(&made.der()[..length]), None, "cut at {length}");
        }
        assert_eq!(not_after_ms(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400_000), "2000-02-29");
        assert_eq!(date(1_796_000_000_000), "2026-11-30");
        assert_eq!(days(2000, 3, 1) - days(2000, 2, 28), 2);
        assert_eq!(days(2100, 3, 1) - days(2100, 2, 28), 1);
    }
}
