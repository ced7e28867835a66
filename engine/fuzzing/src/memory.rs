//! How much memory a piece of work takes.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Does the work; fails if it ever held more than `bytes` of memory beyond what was held before.
pub fn within_bytes<T>(bytes: u64, work: impl FnOnce() -> T) -> T {
    let mut outcome = None;
    // A panic goes on only after the measuring, which would otherwise never end.
    let measured = || outcome = Some(catch_unwind(AssertUnwindSafe(work)));
    let taken = allocation_counter::measure(measured).bytes_max;
    match outcome {
        Some(Ok(made)) => {
            assert!(taken <= bytes, "{taken} bytes were taken, {bytes} at most were expected");
            made
        }
        Some(Err(panic)) => resume_unwind(panic),
        None => unreachable!("the work is done before its measure is there"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn only_what_takes_too_much_fails() {
        let take = |bytes| within_bytes(1_000, || black_box(vec![7_u8; bytes])).len();
        assert_eq!(take(1_000), 1_000);
        assert!(catch_unwind(|| take(1_001)).is_err());
        // What was given back in between counts.
        assert!(catch_unwind(|| within_bytes(1_000, || drop(black_box(vec![7_u8; 2_000])))).is_err());
    }

    #[test]
    fn panics_pass_through_however_many() {
        for _ in 0..200 {
            let panic = catch_unwind(|| within_bytes(1_000, || panic!("within"))).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"within"));
        }
    }
}
