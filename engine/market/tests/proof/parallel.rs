//! Long runs: what they are asked for, on all processors, and what they say.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number from the environment.
pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Does the work for every seed; what each processor reached.
pub(crate) fn over_seeds<T: Default + Send>(seeds: Range<u64>, work: impl Fn(u64, &mut T) + Sync) -> Vec<T> {
    let next = AtomicU64::new(seeds.start);
    let run = || {
        let mut reached = T::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return reached;
            }
            work(seed, &mut reached);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(run)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    })
}

/// Shows what a long run reached, also when it passes: the test harness captures what the macros print, not what is
/// written.
pub(crate) fn show(text: &str) {
    io::stderr().lock().write_all(text.as_bytes()).unwrap();
}

#[test]
fn every_seed_is_run_once() {
    let lists = over_seeds(3..1_000, |seed, seen: &mut Vec<u64>| seen.push(seed));
    let mut seen = lists.concat();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(3..1_000));
}
