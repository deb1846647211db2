use super::*;

fn texts(text: &str) -> Vec<&str> {
    pieces(text).into_iter().filter(|piece| !piece.hidden).map(|piece| piece.text).collect()
}

#[test]
fn lines_are_pieces_and_so_are_breaks_that_a_shell_left_as_two_characters() {
    assert_eq!(texts("one\r\n\n  two  \nthree\\n\\nfour"), ["one", "  two", "three", "four"]);
}

#[test]
fn comments_are_hidden_only_when_they_end() {
    assert_eq!(texts("before <!-- advice\nmore --> after"), ["before", " after"]);
    assert_eq!(texts("parse <!-- as text\nnext"), ["parse <!-- as text", "next"]);
    let hidden: Vec<_> = pieces("<!-- advice -->").into_iter().filter(|piece| piece.hidden).collect();
    assert_eq!(hidden.len(), 1);
}

#[test]
fn long_lines_are_cut_after_a_sentence_and_pieces_are_never_cut_again() {
    let sentence = "This sentence has nothing to say but is here to fill the line up to its end. ";
    let long = sentence.repeat(20);
    let cut = texts(&long);
    assert!(cut.len() > 1 && cut.iter().all(|piece| piece.len() <= PIECE && piece.ends_with('.')));
    for piece in texts(&"\u{e9}".repeat(1000)) {
        assert_eq!(texts(piece), [piece]);
    }
}

#[test]
fn what_precedes_a_lines_text_is_told_apart_from_it() {
    for (line, text) in [
        ("* Co-authored-by: X", "Co-authored-by: X"),
        ("  - > **Co-authored-by: X", "Co-authored-by: X"),
        ("\u{1f916} Generated", "Generated"),
        ("<sub>Generated", "Generated"),
        ("12. Generated", "Generated"),
        ("(Generated", "Generated"),
        ("- [x] Generated", "Generated"),
        ("<a@example.com>", "<a@example.com>"),
        ("100% mine", "100% mine"),
        ("`quoted`", "`quoted`"),
    ] {
        assert_eq!(undecorated(line).0, text, "{line}");
    }
    assert!(undecorated("- [ ] not ticked").1.unticked);
    assert!(!undecorated("- [x] ticked").1.unticked);
    assert!(undecorated("> said before").1.quoted && undecorated("    said before").1.quoted);
    assert!(undecorated("* an item").1.marked && !undecorated("plain").1.marked);
}

#[test]
fn words_keep_versions_and_lose_possessives() {
    let text = "claude's opus-4.6, v0.20. didn't";
    let all: Vec<_> = words(text).into_iter().map(|word| word.text).collect();
    assert_eq!(all, ["claude", "opus", "4.6", "v0.20", "didn't"]);
}

#[test]
fn shortening_counts_characters() {
    assert_eq!(shortened("\u{e9}\u{e9}\u{e9}", 3), "\u{e9}\u{e9}\u{e9}");
    assert_eq!(shortened("\u{e9}\u{e9}\u{e9}\u{e9}", 3), "\u{e9}\u{e9}\u{2026}");
}
