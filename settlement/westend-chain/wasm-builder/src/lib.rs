//! Stands in for `substrate-wasm-builder`: the runtime is compiled natively, so its build script writes an empty
//! `wasm_binary.rs`. Building wasm would take a second toolchain target and Binaryen's C++.

use std::{env, fs, io, path::PathBuf};

const NOTHING: &str = "pub const WASM_BINARY: Option<&[u8]> = None;\n\
                       pub const WASM_BINARY_BLOATY: Option<&[u8]> = None;\n\
                       pub const WASM_BINARY_PATH: Option<&str> = None;\n";

/// The part of the real builder that a runtime's build script uses.
#[derive(Debug)]
pub struct WasmBuilder {
    file: String,
}

impl WasmBuilder {
    /// Writes what is expected, with the usual settings.
    pub fn build_using_defaults() {
        Self::init_with_defaults().build();
    }

    /// The usual settings.
    #[must_use]
    pub fn init_with_defaults() -> Self {
        Self { file: "wasm_binary.rs".into() }
    }

    /// Another name for the file.
    #[must_use]
    pub fn set_file_name(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// Nothing is compiled, so there is nothing to enable.
    #[must_use]
    pub fn enable_feature(self, _feature: impl Into<String>) -> Self {
        self
    }

    /// Nothing is compiled, so there is nothing to hash.
    #[must_use]
    pub fn enable_metadata_hash(self, _token_symbol: impl Into<String>, _decimals: u8) -> Self {
        self
    }

    /// Writes the file. What goes wrong shows when the runtime includes it.
    pub fn build(self) {
        if let Err(error) = self.write() {
            println!("cargo::error=cannot write {}: {error}", self.file);
        }
    }

    fn write(&self) -> io::Result<()> {
        let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
        fs::write(PathBuf::from(folder).join(&self.file), NOTHING)
    }
}
