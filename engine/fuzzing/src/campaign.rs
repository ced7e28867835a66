//! One bounded run of changed inputs.

use crate::{
    Corpus, Tally,
    edit::{Edit, edits},
};
use proptest::{
    prelude::{Strategy, any},
    sample::Index,
    test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner},
};
use std::{cell::RefCell, env, str::FromStr};

/// How many inputs, from which seed.
#[derive(Clone, Debug)]
pub struct Campaign {
    title: &'static str,
    inputs: u32,
    is_short: bool,
    seed: u64,
}

impl Campaign {
    /// As many inputs as `FUZZ_INPUTS` says, else `inputs`, of seed `FUZZ_SEED`, else 1.
    pub fn new(title: &'static str, inputs: u32) -> Campaign {
        let asked = from_environment("FUZZ_INPUTS", inputs);
        Campaign { title, inputs: asked, is_short: asked < inputs, seed: from_environment("FUZZ_SEED", 1) }
    }

    /// As many inputs of this seed, whatever the environment says.
    pub fn fixed(title: &'static str, inputs: u32, seed: u64) -> Campaign {
        Campaign { title, inputs, is_short: false, seed }
    }

    /// Gives the inputs of the corpus to `check`, then changed ones; `check` fails by panicking. Prints and returns
    /// what the changed ones reached.
    pub fn run(&self, corpus: &Corpus, check: impl Fn(&[u8], &mut Tally)) -> Tally {
        let inputs = corpus.inputs();
        inputs.iter().for_each(|input| check(input, &mut Tally::default()));
        let config = Config {
            cases: self.inputs,
            rng_seed: RngSeed::Fixed(self.seed),
            failure_persistence: None,
            ..Config::default()
        };
        let tally = RefCell::new(Tally::new(self.is_short));
        let outcome = TestRunner::new(config).run(&changed(corpus), |Changed { bytes, .. }| {
            // Some changes change nothing.
            if inputs.contains(&bytes) {
                return Ok(());
            }
            let mut tally = tally.borrow_mut();
            tally.inputs += 1;
            check(&bytes, &mut tally);
            Ok::<_, TestCaseError>(())
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Abort(reason)) => panic!("{}: {reason}", self.title),
            Err(TestError::Fail(_, Changed { bytes, edits })) => {
                println!("{}, FUZZ_SEED={}: changed by {edits:?}", self.title, self.seed);
                println!("input: {}\nin hex: {}", bytes.escape_ascii(), hex::encode(&bytes));
                // Once more, for the place where it fails.
                check(&bytes, &mut Tally::default());
                panic!("it fails, but not always");
            }
        }
        let tally = tally.into_inner();
        tally.print(self.title);
        tally
    }
}

/// A changed input, and how it came to be.
#[derive(Clone, Debug)]
struct Changed {
    bytes: Vec<u8>,
    edits: Vec<Edit>,
}

fn changed(corpus: &Corpus) -> impl Strategy<Value = Changed> {
    let inputs = corpus.inputs().to_vec();
    (any::<Index>(), edits(corpus.kind)).prop_map(move |(input, edits)| {
        let mut bytes = input.get(&inputs).clone();
        edits.iter().for_each(|edit| edit.apply(&mut bytes, &inputs));
        Changed { bytes, edits }
    })
}

fn from_environment<N: FromStr>(name: &str, otherwise: N) -> N {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text}")),
        Err(_) => otherwise,
    }
}
