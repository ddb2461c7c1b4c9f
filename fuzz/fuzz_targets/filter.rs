//! Any text is a filter or an error: never a panic, and a filter survives being printed.

#![no_main]

use dirsync::filter::{Attributes, Filter, Truth, Value};
use libfuzzer_sys::fuzz_target;

/// A user of whom everything is set to the same few values.
struct Person(Vec<String>);

impl Attributes for Person {
    fn value(&self, path: &str) -> Value<'_> {
        match path.len() % 4 {
            0 => Value::List(&self.0),
            1 => Value::Text("2024-01-01T00:00:00Z"),
            2 => Value::Flag(true),
            _ => Value::Null,
        }
    }
}

fuzz_target!(|text: &str| {
    match Filter::parse(text) {
        Ok(filter) => {
            let canonical = filter.to_string();
            let again = Filter::parse(&canonical).expect("canonical text is a filter");
            assert_eq!(again, filter);
            assert_eq!(again.to_string(), canonical);
            let person = Person(vec!["smtp:a@b.c".to_owned(), String::new()]);
            assert_eq!(filter.matches(&person), filter.explain(&person).truth == Truth::True);
            let _ = (filter.to_graph(), filter.reads());
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.position.byte));
            let _ = error.to_string();
        }
    }
});
