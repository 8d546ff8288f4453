//! What of this process can be asked, for `grpcurl` and its like (gRPC Server Reflection): made from the contracts' own lists.

use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
    ServiceDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use tonic_reflection::server::{
    Builder,
    v1::{ServerReflection, ServerReflectionServer},
};

use crate::Kept;

const WIRE: &str = "svetu.wire.v1";

/// # Panics
/// Never: the descriptors are made below, and a test reads them.
pub fn service(contracts: &[Kept]) -> ServerReflectionServer<impl ServerReflection> {
    match Builder::configure()
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_file_descriptor_set(describe(contracts))
        .build_v1()
    {
        Ok(service) => service,
        Err(error) => unreachable!("descriptors of our own making: {error}"),
    }
}

fn describe(contracts: &[Kept]) -> FileDescriptorSet {
    let field = |name: &str, number, kind: Type, label: Label| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        r#type: Some(kind.into()),
        label: Some(label.into()),
        ..Default::default()
    };
    let envelope = DescriptorProto {
        name: Some("Envelope".to_owned()),
        field: vec![field("json", 1, Type::String, Label::Optional), field("files", 2, Type::Bytes, Label::Repeated)],
        ..Default::default()
    };
    let wire = FileDescriptorProto {
        name: Some("svetu/wire.proto".to_owned()),
        package: Some(WIRE.to_owned()),
        message_type: vec![envelope],
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let services = contracts.iter().map(|kept| {
        let (package, name) = kept.service.rsplit_once('.').unwrap_or(("", kept.service));
        let methods = kept.methods.iter().map(|method| MethodDescriptorProto {
            name: Some(method.name.to_owned()),
            input_type: Some(format!(".{WIRE}.Envelope")),
            output_type: Some(format!(".{WIRE}.Envelope")),
            ..Default::default()
        });
        FileDescriptorProto {
            name: Some(format!("{}.proto", kept.service.replace('.', "/"))),
            package: Some(package.to_owned()),
            dependency: vec!["svetu/wire.proto".to_owned()],
            service: vec![ServiceDescriptorProto {
                name: Some(name.to_owned()),
                method: methods.collect(),
                ..Default::default()
            }],
            syntax: Some("proto3".to_owned()),
            ..Default::default()
        }
    });
    FileDescriptorSet { file: std::iter::once(wire).chain(services).collect() }
}
