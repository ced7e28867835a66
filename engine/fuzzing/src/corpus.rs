//! Valid inputs to start from.

/// What inputs are: it says which changes mostly suit them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Texts,
    Bytes,
    Messages,
}

/// Valid inputs of one kind, none of them empty.
#[derive(Clone, Debug)]
pub struct Corpus {
    inputs: Vec<Vec<u8>>,
    pub(crate) kind: Kind,
}

impl Corpus {
    fn new(inputs: impl IntoIterator<Item = Vec<u8>>, kind: Kind) -> Corpus {
        let inputs: Vec<_> = inputs.into_iter().filter(|input| !input.is_empty()).collect();
        assert!(!inputs.is_empty(), "the corpus is empty");
        Corpus { inputs, kind }
    }

    /// Bytes: mostly bits, bytes and binary numbers are changed.
    pub fn bytes(inputs: impl IntoIterator<Item = Vec<u8>>) -> Corpus {
        Corpus::new(inputs, Kind::Bytes)
    }

    /// Protobuf messages: mostly fields are changed, at every depth.
    pub fn messages(inputs: impl IntoIterator<Item = Vec<u8>>) -> Corpus {
        Corpus::new(inputs, Kind::Messages)
    }

    /// Texts: mostly words, numbers and items are changed.
    pub fn texts(inputs: impl IntoIterator<Item = String>) -> Corpus {
        Corpus::new(inputs.into_iter().map(String::into_bytes), Kind::Texts)
    }

    /// A text on each line. Blank lines and those that begin with `#` are left out.
    pub fn lines(text: &str) -> Corpus {
        Corpus::texts(inputs(text).map(str::to_owned))
    }

    /// A text is what stands between blank lines. Lines that begin with `#` are left out.
    pub fn paragraphs(text: &str) -> Corpus {
        let lines = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>();
        let paragraphs = lines.split(|line| line.trim().is_empty());
        Corpus::texts(paragraphs.map(|lines| lines.join("\n")))
    }

    /// Bytes on each line, in hex digits. Blank lines and those that begin with `#` are left out.
    pub fn hex_lines(text: &str) -> Corpus {
        let bytes = |line| hex::decode(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        Corpus::bytes(inputs(text).map(bytes))
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> &[Vec<u8>] {
        &self.inputs
    }
}

fn inputs(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}
