//! `compare`: two results side by side, figure by figure. Pure but for reading the files.

use crate::failure::{Context, Outcome};
use crate::report::number;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What both files say, and how the second stands to the first.
pub fn compare(one: &Path, other: &Path) -> Outcome<String> {
    let read = |file: &Path| -> Outcome<Value> {
        let text = std::fs::read_to_string(file).context(format!("reading {}", file.display()))?;
        serde_json::from_str(&text).context(format!("{} is no result of a measurement", file.display()))
    };
    Ok(table(&read(one)?, &read(other)?))
}

fn table(one: &Value, other: &Value) -> String {
    let (one, other) = (figures(one), figures(other));
    let names: BTreeMap<&str, ()> = one.keys().chain(other.keys()).map(|name| (name.as_str(), ())).collect();
    let width = names.keys().map(|name| name.len()).max().unwrap_or(0).max(6);
    let mut text = format!(
        "{:width$}  {:>12}  {:>12}  {:>7}\n",
        "figure", "first", "second", "ratio"
    );
    for name in names.into_keys() {
        let (first, second) = (one.get(name).copied(), other.get(name).copied());
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), number);
        let ratio = first
            .zip(second)
            .filter(|(first, _)| *first != 0.0)
            .map(|(first, second)| second / first);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{name:width$}  {:>12}  {:>12}  {:>7}",
            shown(first),
            shown(second),
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
        );
    }
    text
}

/// Every number, under the path to it. The bars are left out: their values stand elsewhere too.
fn figures(results: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    collect("", results, &mut found);
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(number) => {
            found.extend(number.as_f64().map(|number| (path.to_owned(), number)));
        }
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                collect(&path, value, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_stand_side_by_side_with_their_ratio() {
        let one = json!({ "lost": 0, "pairs": { "w1": { "acked_per_s": 8_000.0 } }, "bars": [{ "value": 1 }] });
        let other = json!({ "lost": 0, "pairs": { "w1": { "acked_per_s": 12_000.0 } }, "idle": { "kib": 20.0 } });
        let table = table(&one, &other);
        let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(line("pairs")), ["pairs.w1.acked_per_s", "8000", "12000", "1.50"]);
        assert_eq!(words(line("idle")), ["idle.kib", "-", "20.0", "-"]);
        assert_eq!(words(line("lost")), ["lost", "0.00", "0.00", "-"]);
        assert!(!table.contains("bars"));
    }

    #[test]
    fn a_file_that_is_no_result_is_named() {
        let missing = compare(Path::new("/nowhere/a.json"), Path::new("/nowhere/b.json"));
        assert!(missing.unwrap_err().to_string().contains("/nowhere/a.json"));
    }
}
