//! Packs the files of the playground's page: they are in the program as browsers take them.

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

const PAGE: &str = "src/playground/page";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PAGE}");
    let out = env::var("OUT_DIR")?;
    for entry in fs::read_dir(PAGE)? {
        let path = entry?.path();
        let name = path.file_name().ok_or("a file without a name")?;
        let packed = fs::File::create(Path::new(&out).join(name))?;
        let mut encoder = GzEncoder::new(packed, Compression::best());
        encoder.write_all(&fs::read(&path)?)?;
        encoder.finish()?;
    }
    Ok(())
}
