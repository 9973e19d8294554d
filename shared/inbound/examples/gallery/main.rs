//! Writes every page and mail in both languages into a folder: `cargo run -p inbound --example gallery -- target/gallery`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for the eye: it stops where something is wrong"
)]

mod samples;

use std::{fs, path::Path};

use domain::Lang;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    for lang in [Lang::Ja, Lang::En] {
        for (name, page) in samples::pages(lang) {
            let name = format!("{name}.{}", lang.tag());
            println!("{name}.html  {} bytes", page.html.len());
            fs::write(folder.join(format!("{name}.html")), page.html).unwrap();
            fs::write(folder.join(format!("{name}.csp")), page.policy.content_security_policy()).unwrap();
        }
        for (name, mail) in samples::mails(lang) {
            let name = format!("{name}.{}", lang.tag());
            println!("{name}.html  {}", mail.subject);
            fs::write(folder.join(format!("{name}.html")), mail.html).unwrap();
            fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{}", mail.subject, mail.text)).unwrap();
        }
    }
}
