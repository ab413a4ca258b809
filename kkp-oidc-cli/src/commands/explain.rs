//! `kkp-oidc explain`

use kkp_oidc_core::diagnostics::Code;
use serde_json::json;

use crate::args::Output;
use crate::args::check::ExplainArgs;
use crate::error::CliError;
use crate::io;

/// Say what a code means, or list all codes.
pub(crate) fn run(args: &ExplainArgs, output: Output) -> Result<(), CliError> {
    let codes: Vec<Code> = args.code.map_or_else(|| Code::ALL.to_vec(), |code| vec![code]);
    let text = match output {
        Output::Json => {
            let object = |code: &Code| {
                json!({
                    "code": code.name(),
                    "severity": code.severity().name(),
                    "title": code.title(),
                    "explanation": code.explanation(),
                })
            };
            codes.iter().map(|code| object(code).to_string() + "\n").collect()
        }
        Output::Human => match args.code {
            Some(code) => {
                format!("{}[{}]: {}\n\n{}\n", code.severity(), code, code.title(), wrapped(code.explanation()))
            }
            None => {
                let width = codes.iter().map(|code| code.name().len()).max().unwrap_or(0);
                codes
                    .iter()
                    .map(|code| format!("{:width$}  {:7}  {}\n", code.name(), code.severity().name(), code.title()))
                    .collect::<String>()
            }
        },
    };
    io::print(&|sink| sink(text.as_bytes()))
}

/// Lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 100 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
