//! Has the crate compiled again when the built dashboard it carries changes.

fn main() {
    println!("cargo:rerun-if-changed=../../dashboard/dist");
}
