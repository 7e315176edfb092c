//! The one integration test binary: tests are data, the modules here are the harnesses that read it.

mod docs;
mod extract;
mod hcl;
mod repos;
mod robust;
