//! Finds the built dashboard for `src/dist.rs`. Without one the crate still compiles, over an empty folder: tests and
//! lints need no Node. The function then refuses to publish, and says why.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = manifest.join("../../dashboard/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let folder = if dist.join("index.html").is_file() {
        dist
    } else {
        let empty = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("no-dashboard");
        fs::create_dir_all(&empty)?;
        empty
    };
    println!("cargo:rustc-env=PLUMBLINE_DASHBOARD_DIST={}", folder.display());
    Ok(())
}
