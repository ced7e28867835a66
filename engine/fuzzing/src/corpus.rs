//! Valid inputs to start from.

/// Valid inputs, none of them empty.
#[derive(Clone, Debug)]
pub struct Corpus(Vec<Vec<u8>>);

impl Corpus {
    /// Inputs as they are.
    pub fn new(inputs: impl IntoIterator<Item = Vec<u8>>) -> Corpus {
        let inputs: Vec<_> = inputs.into_iter().filter(|input| !input.is_empty()).collect();
        assert!(!inputs.is_empty(), "the corpus is empty");
        Corpus(inputs)
    }

    /// An input on each line. Blank lines and those that begin with `#` are left out.
    pub fn lines(text: &str) -> Corpus {
        Corpus::new(inputs(text).map(|line| line.as_bytes().to_vec()))
    }

    /// An input on each line, in hex digits. Blank lines and those that begin with `#` are left out.
    pub fn hex_lines(text: &str) -> Corpus {
        let bytes = |line| hex::decode(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        Corpus::new(inputs(text).map(bytes))
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> &[Vec<u8>] {
        &self.0
    }
}

fn inputs(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}
