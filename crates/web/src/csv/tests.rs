//! Cells neither break out nor calculate.

use super::record;

#[test]
fn cells_cannot_break_out() {
    let cases: [(&[&str], &str); 6] = [
        (&["plain", "", "two words"], "plain,,two words\r\n"),
        (&["a,b"], "\"a,b\"\r\n"),
        (&["say \"hi\""], "\"say \"\"hi\"\"\"\r\n"),
        (&["two\nlines", "two\r\nlines"], "\"two\nlines\",\"two\r\nlines\"\r\n"),
        (&["O'Hara"], "\"O'Hara\"\r\n"),
        (&[], "\r\n"),
    ];
    for (cells, written) in cases {
        assert_eq!(record(cells), written, "{cells:?}");
    }
}

#[test]
fn cells_cannot_calculate() {
    for begin in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
        let formula = format!("{begin}HYPERLINK(\"x\")");
        assert_eq!(record([&formula]), format!("\"'{begin}HYPERLINK(\"\"x\"\")\"\r\n"));
    }
    assert_eq!(record(["a=1", "1-2"]), "a=1,1-2\r\n", "what stands within is no formula");
}
