//! The .proto files keep to buf's STANDARD rules, as far as a descriptor shows them, and every element is
//! documented. A rule that a file breaks is named together with the element.

// A test's helpers may panic, too.
#![allow(clippy::expect_used)]

use coretime_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet, ServiceDescriptorProto,
};
use std::collections::{BTreeMap, BTreeSet};

const PACKAGE: &str = "coretime.exchange.v1";
const FOLDER: &str = "coretime/exchange/v1/";

// Field numbers of google/protobuf/descriptor.proto, which make up the paths of comments.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const FILE_SERVICE: i32 = 6;
const FILE_SYNTAX: i32 = 12;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_ONEOF: i32 = 8;
const ENUM_VALUE: i32 = 2;
const SERVICE_METHOD: i32 = 2;

fn files() -> Vec<FileDescriptorProto> {
    FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("the built-in descriptor set").file
}

/// What was found wrong, and the comments of the file at hand.
struct Check {
    file: String,
    comments: BTreeMap<Vec<i32>, String>,
    wrong: Vec<String>,
}

impl Check {
    fn of(file: &FileDescriptorProto) -> Check {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let comments = locations.map(|at| (at.path.clone(), at.leading_comments().to_owned())).collect();
        Check { file: file.name().to_owned(), comments, wrong: Vec::new() }
    }

    fn must(&mut self, holds: bool, rule: &str, element: &str) {
        if !holds {
            self.wrong.push(format!("{}: {element}: {rule}", self.file));
        }
    }

    fn commented(&mut self, path: &[i32], element: &str) {
        let has = self.comments.get(path).is_some_and(|text| text.trim().len() >= 4);
        self.must(has, "COMMENT", element);
    }
}

fn index(position: usize) -> i32 {
    i32::try_from(position).expect("a small index")
}

fn is_lower_snake(name: &str) -> bool {
    name.split('_').all(|word| !word.is_empty())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_pascal(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn upper_snake(pascal: &str) -> String {
    let mut name = String::new();
    for c in pascal.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

fn check_message(check: &mut Check, message: &DescriptorProto, path: &[i32]) {
    let name = message.name();
    check.must(is_pascal(name), "MESSAGE_PASCAL_CASE", name);
    check.commented(path, name);
    for (i, field) in message.field.iter().enumerate() {
        let element = format!("{name}.{}", field.name());
        check.must(is_lower_snake(field.name()), "FIELD_LOWER_SNAKE_CASE", &element);
        check.must(
            field.label() != prost_types::field_descriptor_proto::Label::Required,
            "FIELD_NOT_REQUIRED",
            &element,
        );
        check.commented(&[path, &[MESSAGE_FIELD, index(i)]].concat(), &element);
    }
    for (i, oneof) in message.oneof_decl.iter().enumerate() {
        // The compiler makes one of its own for each optional field.
        let synthetic = message.field.iter().any(|f| f.proto3_optional() && f.oneof_index == Some(index(i)));
        if !synthetic {
            let element = format!("{name}.{}", oneof.name());
            check.must(is_lower_snake(oneof.name()), "ONEOF_LOWER_SNAKE_CASE", &element);
            check.commented(&[path, &[MESSAGE_ONEOF, index(i)]].concat(), &element);
        }
    }
    for (i, nested) in message.nested_type.iter().enumerate() {
        // The compiler makes one of its own for each map.
        if nested.options.as_ref().is_some_and(|options| options.map_entry()) {
            continue;
        }
        check_message(check, nested, &[path, &[MESSAGE_NESTED, index(i)]].concat());
    }
    for (i, nested) in message.enum_type.iter().enumerate() {
        check_enum(check, nested, &[path, &[MESSAGE_ENUM, index(i)]].concat());
    }
}

fn check_enum(check: &mut Check, enumeration: &EnumDescriptorProto, path: &[i32]) {
    let name = enumeration.name();
    let prefix = upper_snake(name) + "_";
    check.must(is_pascal(name), "ENUM_PASCAL_CASE", name);
    check.commented(path, name);
    let allow_alias = enumeration.options.as_ref().is_some_and(|options| options.allow_alias());
    check.must(!allow_alias, "ENUM_NO_ALLOW_ALIAS", name);
    let first = enumeration.value.first().expect("an enum has a value");
    check.must(first.number() == 0, "ENUM_FIRST_VALUE_ZERO", name);
    check.must(first.name() == format!("{prefix}UNSPECIFIED"), "ENUM_ZERO_VALUE_SUFFIX", name);
    for (i, value) in enumeration.value.iter().enumerate() {
        let element = format!("{name}.{}", value.name());
        check.must(value.name().starts_with(&prefix), "ENUM_VALUE_PREFIX", &element);
        let lower = value.name().to_ascii_lowercase();
        let upper = value.name() == value.name().to_ascii_uppercase();
        check.must(upper && is_lower_snake(&lower), "ENUM_VALUE_UPPER_SNAKE_CASE", &element);
        check.commented(&[path, &[ENUM_VALUE, index(i)]].concat(), &element);
    }
}

fn check_service(
    check: &mut Check,
    service: &ServiceDescriptorProto,
    path: &[i32],
    used: &mut BTreeSet<String>,
) {
    let name = service.name();
    check.must(is_pascal(name), "SERVICE_PASCAL_CASE", name);
    check.must(name.ends_with("Service"), "SERVICE_SUFFIX", name);
    check.commented(path, name);
    for (i, method) in service.method.iter().enumerate() {
        let element = format!("{name}.{}", method.name());
        check.must(is_pascal(method.name()), "RPC_PASCAL_CASE", &element);
        check.commented(&[path, &[SERVICE_METHOD, index(i)]].concat(), &element);
        let (input, output) = (method.input_type(), method.output_type());
        let expected = format!(".{PACKAGE}.{}", method.name());
        check.must(input == format!("{expected}Request"), "RPC_REQUEST_STANDARD_NAME", &element);
        check.must(output == format!("{expected}Response"), "RPC_RESPONSE_STANDARD_NAME", &element);
        for message in [input, output] {
            check.must(used.insert(message.to_owned()), "RPC_REQUEST_RESPONSE_UNIQUE", &element);
        }
    }
}

fn check_file(check: &mut Check, file: &FileDescriptorProto, used: &mut BTreeSet<String>) {
    let name = file.name();
    check.must(file.package() == PACKAGE, "PACKAGE_DEFINED, PACKAGE_VERSION_SUFFIX", name);
    let stem = name.strip_prefix(FOLDER).and_then(|rest| rest.strip_suffix(".proto"));
    check.must(stem.is_some(), "PACKAGE_DIRECTORY_MATCH", name);
    check.must(stem.is_some_and(is_lower_snake), "FILE_LOWER_SNAKE_CASE", name);
    check.must(file.syntax() == "proto3", "SYNTAX_SPECIFIED", name);
    check.must(file.public_dependency.is_empty(), "IMPORT_NO_PUBLIC", name);
    check.must(file.weak_dependency.is_empty(), "IMPORT_NO_WEAK", name);
    check.must(check.comments.contains_key([FILE_SYNTAX].as_slice()), "SYNTAX_SPECIFIED", name);
    for (i, message) in file.message_type.iter().enumerate() {
        check_message(check, message, &[FILE_MESSAGE, index(i)]);
    }
    for (i, enumeration) in file.enum_type.iter().enumerate() {
        check_enum(check, enumeration, &[FILE_ENUM, index(i)]);
    }
    for (i, service) in file.service.iter().enumerate() {
        check_service(check, service, &[FILE_SERVICE, index(i)], used);
    }
}

#[test]
fn the_files_keep_to_the_standard_rules_and_everything_has_a_comment() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files() {
        let mut check = Check::of(&file);
        check_file(&mut check, &file, &mut used);
        wrong.append(&mut check.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(used.len() >= 40, "the check has seen {} requests and responses", used.len());
}

#[test]
fn every_import_is_used() {
    let files = files();
    let mut home = BTreeMap::new();
    for file in &files {
        let names = file.message_type.iter().map(|m| m.name()).chain(file.enum_type.iter().map(|e| e.name()));
        home.extend(names.map(|name| (format!(".{PACKAGE}.{name}"), file.name())));
    }
    for file in &files {
        let fields = file.message_type.iter().flat_map(|m| &m.field).map(|f| f.type_name().to_owned());
        let methods = file.service.iter().flat_map(|s| &s.method);
        let methods = methods.flat_map(|m| [m.input_type().to_owned(), m.output_type().to_owned()]);
        let used: BTreeSet<&str> =
            fields.chain(methods).filter_map(|name| home.get(&name).copied()).collect();
        for import in &file.dependency {
            assert!(used.contains(import.as_str()), "{}: IMPORT_USED: {import}", file.name());
        }
    }
}

#[test]
fn money_is_told_by_its_unit() {
    for file in files() {
        for field in file.message_type.iter().flat_map(|message| &message.field) {
            let name = field.name();
            let is_money = |word| ["amount", "price", "notional", "fee", "held", "free"].contains(&word);
            let is_other = name.ends_with("_ppm") || name == "fee_account";
            let money = name.split('_').any(is_money) && !is_other;
            assert!(!money || name.ends_with("_planck"), "{}: {name}", file.name());
        }
    }
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    let wrong = EnumDescriptorProto {
        name: Some("OrderStatus".into()),
        value: vec![prost_types::EnumValueDescriptorProto {
            name: Some("Live".into()),
            number: Some(1),
            options: None,
        }],
        ..Default::default()
    };
    let mut check = Check { file: "x.proto".into(), comments: BTreeMap::new(), wrong: Vec::new() };
    check_enum(&mut check, &wrong, &[FILE_ENUM, 0]);
    for rule in [
        "ENUM_FIRST_VALUE_ZERO",
        "ENUM_ZERO_VALUE_SUFFIX",
        "ENUM_VALUE_PREFIX",
        "ENUM_VALUE_UPPER",
        "COMMENT",
    ] {
        assert!(check.wrong.iter().any(|line| line.contains(rule)), "{rule} in {:?}", check.wrong);
    }
    assert!(!is_lower_snake("orderId") && !is_lower_snake("order__id") && is_lower_snake("order_id"));
    assert!(is_pascal("PlaceBid") && !is_pascal("place_bid"));
}
