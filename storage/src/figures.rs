//! Figures that are counted on the way of every message: a handle is looked up once, after that counting is one addition.
//!
//! Stands beside whatever is counted, on every floor above this one, like the marks of `high_water.rs`. Each floor keeps its own in
//! a file called `metrics.rs`. A figure exists from the start, with a zero for every label it can have, so that whoever
//! watches the node need not guess whether something never happened or is not counted. Knows names and numbers, not what they are about.

use metrics::{Counter, Histogram, Label};
use std::sync::OnceLock;

/// A label and the values it can have: a short, fixed list.
pub type Labelled = (&'static str, &'static [&'static str]);

/// What a figure adds to.
pub trait Handle {
    /// Says what the figure means.
    fn describe(name: &'static str, meaning: &'static str);
    /// The handle of one set of labels.
    fn register(name: &'static str, labels: Vec<Label>) -> Self;
}

impl Handle for Counter {
    fn describe(name: &'static str, meaning: &'static str) {
        metrics::describe_counter!(name, meaning);
    }

    fn register(name: &'static str, labels: Vec<Label>) -> Self {
        metrics::counter!(name, labels)
    }
}

impl Handle for Histogram {
    fn describe(name: &'static str, meaning: &'static str) {
        metrics::describe_histogram!(name, meaning);
    }

    fn register(name: &'static str, labels: Vec<Label>) -> Self {
        metrics::histogram!(name, labels)
    }
}

/// A figure with all its label sets. The first use takes the recorder of that moment for good.
pub struct Figure<H> {
    name: &'static str,
    meaning: &'static str,
    labels: &'static [Labelled],
    handles: OnceLock<Vec<H>>,
}

/// A figure that only rises.
pub type Count = Figure<Counter>;
/// A figure that sorts what it is given into buckets.
pub type Spread = Figure<Histogram>;

impl<H: Handle> Figure<H> {
    /// A figure; `labels` may be empty.
    pub const fn new(name: &'static str, meaning: &'static str, labels: &'static [Labelled]) -> Self {
        Self {
            name,
            meaning,
            labels,
            handles: OnceLock::new(),
        }
    }

    /// Says what it means and lets it stand at zero. To be called once the recorder is installed.
    pub fn introduce(&self) {
        H::describe(self.name, self.meaning);
        self.handles();
    }

    fn handles(&self) -> &[H] {
        self.handles.get_or_init(|| {
            let count = self.labels.iter().map(|(_, values)| values.len()).product();
            (0..count).map(|place| self.register(&self.values_at(place))).collect()
        })
    }

    fn register(&self, values: &[&str]) -> H {
        let labels = self.labels.iter().zip(values);
        let labels = labels.map(|((label, _), value)| Label::new(*label, (*value).to_owned()));
        H::register(self.name, labels.collect())
    }

    /// The values of a place; the last label turns fastest.
    fn values_at(&self, mut place: usize) -> Vec<&'static str> {
        let mut values = Vec::with_capacity(self.labels.len());
        for (_, all) in self.labels.iter().rev() {
            values.push(all[place % all.len()]);
            place /= all.len();
        }
        values.reverse();
        values
    }

    /// Does that to the handle of these values. One that is not on the list is looked up each time: it costs more, and is not lost.
    fn with(&self, values: &[&str], act: impl FnOnce(&H)) {
        debug_assert_eq!(values.len(), self.labels.len(), "{} has other labels", self.name);
        let known = self.labels.iter().zip(values).try_fold(0, |place, ((_, all), value)| {
            Some(place * all.len() + all.iter().position(|known| known == value)?)
        });
        match known.and_then(|place| self.handles().get(place)) {
            Some(handle) => act(handle),
            None => act(&self.register(values)),
        }
    }
}

impl Count {
    /// Adds to the set with these values, one a label.
    pub fn add(&self, values: &[&str], amount: u64) {
        self.with(values, |counter| counter.increment(amount));
    }
}

impl Spread {
    /// Adds one observation to the set with these values, one a label.
    pub fn note(&self, values: &[&str], observed: f64) {
        self.with(values, |histogram| histogram.record(observed));
    }

    /// Adds a time that began then and ends now, both in nanoseconds of one monotonic clock, as seconds.
    pub fn note_time(&self, values: &[&str], began_ns: u64, now_ns: u64) {
        self.note(values, now_ns.saturating_sub(began_ns) as f64 / 1e9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::{Gauge, Key, KeyName, Metadata, Recorder, SharedString, Unit};
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    #[derive(Default)]
    struct Kept(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

    impl Kept {
        fn values(&self) -> BTreeMap<String, u64> {
            let kept = self.0.lock().unwrap();
            kept.iter()
                .map(|(name, value)| (name.clone(), value.load(Ordering::Relaxed)))
                .collect()
        }
    }

    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            let labels: Vec<_> = key.labels().map(|label| label.value().to_owned()).collect();
            let mut kept = self.0.lock().unwrap();
            Counter::from_arc(Arc::clone(kept.entry(labels.join(" ")).or_default()))
        }
        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }
        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn every_label_set_stands_at_zero_and_each_is_counted_apart() {
        static FIGURE: Count = Count::new(
            "corridor_test_total",
            "For this test.",
            &[("route", &["a", "b"]), ("status", &["2xx", "4xx", "5xx"])],
        );
        let kept = Kept::default();
        metrics::with_local_recorder(&kept, || {
            FIGURE.introduce();
            assert_eq!(kept.values().len(), 6);
            assert!(kept.values().values().all(|value| *value == 0));
            FIGURE.add(&["b", "4xx"], 2);
            FIGURE.add(&["a", "5xx"], 1);
            FIGURE.add(&["a", "3xx"], 3);
        });
        let counted: Vec<_> = kept.values().into_iter().filter(|(_, value)| *value > 0).collect();
        let counted: Vec<_> = counted
            .iter()
            .map(|(labels, value)| (labels.as_str(), *value))
            .collect();
        assert_eq!(counted, [("a 3xx", 3), ("a 5xx", 1), ("b 4xx", 2)]);
    }

    #[test]
    fn without_labels_there_is_one_set() {
        static FIGURE: Count = Count::new("corridor_test_total", "For this test.", &[]);
        let kept = Kept::default();
        metrics::with_local_recorder(&kept, || FIGURE.add(&[], 5));
        assert_eq!(kept.values(), BTreeMap::from([(String::new(), 5)]));
    }
}
