use super::*;
use apollo_compiler::{ExecutableDocument, Schema};

/// GitHub's schema defines two fields twice; nothing else may be wrong with it.
fn schema() -> Schema {
    let text = include_str!("../../../../tests/fixtures/github/schema.graphql");
    match Schema::parse(text, "schema.graphql") {
        Ok(schema) => schema,
        Err(broken) => {
            let errors: Vec<String> = broken.errors.iter().map(|error| error.error.to_string()).collect();
            assert_eq!(errors.len(), 2, "{errors:?}");
            assert!(errors.iter().all(|error| error.contains("EnterpriseOwnerInfo")), "{errors:?}");
            broken.partial
        }
    }
}

#[test]
fn every_document_is_valid_in_githubs_schema() {
    let schema = apollo_compiler::validation::Valid::assume_valid(schema());
    let documents =
        [pull_requests(), reviews(), commits(), draft_events(), changes(1), changes(50), merged(), merged_commits()];
    for document in documents {
        if let Err(broken) = ExecutableDocument::parse_and_validate(&schema, document.as_str(), "document.graphql") {
            panic!("{}\n{document}", broken.errors);
        }
    }
}

#[test]
fn an_invalid_document_is_noticed() {
    let schema = apollo_compiler::validation::Valid::assume_valid(schema());
    let document = pull_requests().replace("headRefName", "headReferenceName");
    assert!(ExecutableDocument::parse_and_validate(&schema, document, "document.graphql").is_err());
}

#[test]
fn a_page_of_fifty_pull_requests_costs_two_points() {
    // GitHub: one request for the list and one for each list inside each element, divided by 100 and rounded.
    let requests = 1 + 3 * 50;
    assert_eq!((requests + 50) / 100, 2);
    insta::assert_snapshot!(pull_requests());
}
