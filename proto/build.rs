//! Compiles the .proto files in Rust: no protoc is needed.

use std::{env, error::Error, fs, path::Path};

const SOURCES: &str = "coretime/exchange/v1";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=coretime");
    let mut files =
        fs::read_dir(SOURCES)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "proto"));
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    // With comments: they are the documentation, and a test reads them.
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("descriptors.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure()
        .codec_path("crate::codec::Codec")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
