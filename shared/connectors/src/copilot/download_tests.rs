use super::*;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

async fn lines(body: &[u8], at: u64) -> (Vec<Line>, Vec<u64>) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_bytes(body)).mount(&server).await;
    let (client, url) = (http::client().expect("builds"), server.uri().parse().expect("an address"));
    let mut file = Lines::open(&client, url, at, Timestamp::UNIX_EPOCH).await.expect("opens").expect("is there");
    let (mut lines, mut positions) = (Vec::new(), Vec::new());
    while let Some(line) = file.next().await.expect("reads") {
        lines.push(line);
        positions.push(file.position());
    }
    (lines, positions)
}

#[tokio::test]
async fn lines_come_one_by_one_with_their_place() {
    let whole = |text: &str| Line::Whole(text.into());
    assert_eq!(lines(b"", 0).await.0, []);
    assert_eq!(lines(b"\n\r\n", 0).await.0, []);
    assert_eq!(lines(b"a\n\nbc\r\n", 0).await, (vec![whole("a"), whole("bc\r")], vec![2, 7]));
    assert_eq!(lines(b"a\nbc", 0).await, (vec![whole("a"), Line::Last(b"bc".to_vec())], vec![2, 4]));
    // A server without ranges sends what was read already.
    assert_eq!(lines(b"a\nbc\nd\n", 2).await, (vec![whole("bc"), whole("d")], vec![5, 7]));
    assert_eq!(lines(b"a\nbc\nd\n", 7).await.0, []);
    assert_eq!(lines(b"a\nbc\nd\n", 99).await.0, []);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_passed_over() {
    let long = [b"a\n".to_vec(), vec![b'x'; 5 * LONGEST_ROW], b"\nb\n".to_vec(), vec![b'y'; 2 * LONGEST_ROW]].concat();
    let (lines, positions) = lines(&long, 0).await;
    let expected = [Line::Whole(b"a".to_vec()), Line::TooLong, Line::Whole(b"b".to_vec()), Line::TooLong];
    assert!(lines == expected, "{} lines", lines.len());
    assert_eq!(positions.last().copied(), Some(long.len() as u64));
}
