//! The results: figures as JSON, bars and findings, and the table that a person reads at the end.

use crate::bars::{Bar, Side};
use crate::failure::{Context, Outcome};
use corridor_judge::checker::Findings;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Everything that a program's run showed.
#[derive(Debug, Default)]
pub struct Report {
    figures: Map<String, Value>,
    bars: Vec<Bar>,
    findings: Findings,
    errors: BTreeMap<String, u64>,
}

impl Report {
    /// Figures under that name.
    pub fn put(&mut self, name: &str, figures: Value) {
        self.figures.insert(name.to_owned(), figures);
    }

    /// A bar.
    pub fn bar(&mut self, bar: Bar) {
        self.bars.push(bar);
    }

    /// What the checker found in a run, and what was refused in it that should not have been.
    pub fn checked(&mut self, findings: Findings, errors: &BTreeMap<String, u64>) {
        self.findings.add(findings);
        for (code, count) in errors {
            *self.errors.entry(code.clone()).or_default() += count;
        }
    }

    /// Nothing was lost, doubled, misordered or given to strangers, and nothing was refused.
    pub fn is_verified(&self) -> bool {
        self.findings.is_clean() && self.errors.is_empty()
    }

    /// Every bar is held.
    pub fn is_held(&self) -> bool {
        self.bars.iter().all(Bar::is_held)
    }

    /// The results as they are written to a file.
    pub fn as_json(&self) -> Value {
        let mut figures = self.figures.clone();
        let Findings {
            lost,
            lost_in_pages,
            doubled,
            misordered,
            strangers,
            examples,
        } = &self.findings;
        for (name, value) in [
            ("lost", json!(lost)),
            ("lost_in_pages", json!(lost_in_pages)),
            ("doubled", json!(doubled)),
            ("misordered", json!(misordered)),
            ("strangers", json!(strangers)),
            ("examples", json!(examples)),
            ("errors", json!(self.errors)),
            ("bars", self.bars.iter().map(Bar::as_json).collect()),
        ] {
            figures.insert(name.to_owned(), value);
        }
        Value::Object(figures)
    }

    /// Writes the results.
    pub fn write(&self, file: &Path) -> Outcome<()> {
        let text = serde_json::to_string_pretty(&self.as_json()).context("the results")?;
        std::fs::write(file, text + "\n").context(format!("writing {}", file.display()))
    }

    /// The bars and the findings for a person.
    pub fn table(&self) -> String {
        let width = self.bars.iter().map(|bar| bar.name.len()).max().unwrap_or(0).max(6);
        let mut text = format!("{:width$}  {:>12}  {:>15}\n", "figure", "value", "bar");
        for bar in &self.bars {
            let side = match bar.side {
                Side::AtLeast => ">=",
                Side::AtMost => "<=",
            };
            let verdict = if bar.is_held() { "held" } else { "NOT HELD" };
            let (value, wanted) = (number(bar.value), number(bar.bar));
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:width$}  {value:>12}  {side} {wanted:>12}  {verdict}", bar.name);
        }
        let Findings {
            lost,
            lost_in_pages,
            doubled,
            misordered,
            strangers,
            examples,
        } = &self.findings;
        let _ = writeln!(
            text,
            "\n{lost} lost ({lost_in_pages} of them in pages), {doubled} doubled, {misordered} out of order, {strangers} to strangers"
        );
        for (code, count) in &self.errors {
            let _ = writeln!(text, "refused: {code}, {count} times");
        }
        for example in examples {
            let _ = writeln!(text, "  {example}");
        }
        text
    }
}

/// As many digits as a person compares.
pub fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 1_000.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_and_a_finding_are_told_apart() {
        let mut report = Report::default();
        report.bar(Bar::at_least("pairs.w1.acked_per_s", 9_000.4, 8_000.0));
        assert!(report.is_held() && report.is_verified());
        report.bar(Bar::at_most("growth.cost_ratio", 1.25, 1.2));
        assert!(!report.is_held() && report.is_verified());
        report.checked(
            Findings {
                lost: 2,
                ..Findings::default()
            },
            &BTreeMap::from([("overloaded".to_owned(), 3)]),
        );
        assert!(!report.is_verified());
        let table = report.table();
        assert!(table.contains("9000  >=         8000  held"), "{table}");
        assert!(table.contains("1.25  <=         1.20  NOT HELD"), "{table}");
        assert!(table.contains("2 lost (0 of them in pages), 0 doubled"), "{table}");
        assert!(table.contains("refused: overloaded, 3 times"), "{table}");
        assert_eq!(report.as_json()["lost"], 2);
        assert_eq!(report.as_json()["bars"][1]["held"], false);
    }

    #[test]
    fn a_refusal_alone_is_not_verified() {
        let mut report = Report::default();
        report.checked(Findings::default(), &BTreeMap::from([("overloaded".to_owned(), 1)]));
        assert!(!report.is_verified());
    }
}
