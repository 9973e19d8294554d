//! `template.yaml` holds what the design asks of it: names, least privilege, queues, what is kept, who is called at night.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{deployed_source, deployed_sources, files, folders, read, template};
use serde_json::Value;

#[test]
fn every_function_has_its_resource_and_the_reverse() {
    let resources: BTreeSet<String> = functions().into_iter().map(|function| function.folder).collect();
    assert_eq!(resources, folders("functions").into_iter().collect());
    for function in functions() {
        assert_eq!(function.id, pascal_case(&function.folder));
        assert_eq!(function.resource["Metadata"]["BuildMethod"], "rust-cargolambda", "{}", function.id);
        assert_eq!(function.resource["Metadata"]["BuildProperties"]["Binary"], *function.folder, "{}", function.id);
        let manifest = read(&format!("functions/{}/Cargo.toml", function.folder));
        assert!(manifest.contains(&format!("name = \"{}\"", function.folder)), "the crate is named as the function");
    }
}

#[test]
fn every_function_has_a_case_in_events_that_its_trigger_could_send() {
    for function in functions() {
        let cases = files(&format!("events/{}", function.folder), ".json");
        assert!(!cases.is_empty(), "events/{} has no case", function.folder);
        for case in cases {
            let event: Value = serde_json::from_str(&read(&case)).unwrap();
            let fits = function.events().any(|trigger| match trigger["Type"].as_str().unwrap() {
                "HttpApi" => event["routeKey"] == route(trigger) && event["version"] == "2.0",
                "SQS" => event["Records"][0]["eventSource"] == "aws:sqs",
                "DynamoDB" => event["Records"][0]["eventSource"] == "aws:dynamodb",
                "Schedule" => event["detail-type"] == "Scheduled Event",
                other => panic!("{other} is a new kind of trigger: say here how its event looks"),
            });
            assert!(fits, "{case} is not what a trigger of {} sends", function.id);
        }
    }
    let strangers: Vec<_> =
        folders("events").into_iter().filter(|folder| !folders("functions").contains(folder)).collect();
    assert!(strangers.is_empty(), "events without a function: {strangers:?}");
}

#[test]
fn no_route_has_two_functions() {
    let mut routes = BTreeMap::new();
    for function in functions() {
        for trigger in function.events().filter(|trigger| trigger["Type"] == "HttpApi") {
            let other = routes.insert(route(trigger), function.id.clone());
            assert_eq!(other, None, "{} belongs to {} too", route(trigger), function.id);
        }
    }
}

#[test]
fn a_right_is_one_named_statement_without_wildcards() {
    for function in functions() {
        let mut names = BTreeSet::new();
        for statement in function.statements() {
            let place = format!("{} {}", function.id, statement["Sid"]);
            assert!(names.insert(statement["Sid"].as_str().unwrap().to_owned()), "{place} twice");
            assert_eq!(statement["Effect"], "Allow", "{place}");
            for action in statement["Action"].as_array().unwrap() {
                let action = action.as_str().unwrap();
                assert!(!action.contains('*'), "{place}: {action}");
                assert_ne!(action, "dynamodb:Scan", "{place}: nothing scans");
            }
            // a right on objects names their folder: `${Files.Arn}/exports/*`
            let resources = statement["Resource"].as_array().cloned();
            for resource in resources.unwrap_or_else(|| vec![statement["Resource"].clone()]) {
                let resource = resource.to_string();
                let named =
                    resource.strip_suffix("/*\"}").filter(|folder| folder.contains(".Arn}/")).unwrap_or(&resource);
                // the same folder of any merchant: `${Files.Arn}/*/inbox/*`
                assert!(!named.replace(".Arn}/*/", ".Arn}/").contains('*'), "{place}: {resource}");
            }
        }
    }
}

/// The whole of who may do what, for a reviewer: a new right changes this table.
#[test]
fn these_are_all_the_rights() {
    let rights: BTreeMap<String, BTreeSet<String>> =
        functions().into_iter().map(|function| (function.folder.clone(), function.rights())).collect();
    let table: BTreeMap<String, BTreeSet<String>> = [
        ("payment-page", "GetItem PutItem Table, Encrypt Decrypt AppKey"),
        (
            "authorize",
            "GetItem BatchGetItem PutItem UpdateItem Table, Query SearchTable, Encrypt Decrypt AppKey, \
             Encrypt Decrypt CardKey",
        ),
        ("challenge-return", "GetItem PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        (
            "card-update",
            "GetItem BatchGetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey, Encrypt Decrypt CardKey",
        ),
        ("return-dispatch", "GetItem PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        ("outbox-relay", "SendMessage MailQueue, SendMessage NotifyQueue, SendMessage RecurringQueue"),
        (
            "merchant-notify",
            "GetItem Query PutItem Table, Encrypt Decrypt AppKey, SendMessage NotifyAgainQueue",
        ),
        ("notify-due", "Query Table/index/due, GetItem PutItem Table, SendMessage NotifyAgainQueue"),
        ("notification-keys", "GetItem Table"),
        (
            "console-notify",
            "GetItem Query PutItem UpdateItem DeleteItem Table, Encrypt Decrypt AppKey, SendMessage NotifyAgainQueue, \
             SendEmail MailIdentity",
        ),
        ("search-index", "GetItem UpdateItem SearchTable"),
        (
            "completion-mail",
            "GetItem Query PutItem Table, UpdateItem SearchTable, Encrypt Decrypt AppKey, SendEmail MailIdentity, \
             SendEmail MailSet",
        ),
        ("reconcile", "Query Table/index/due, GetItem BatchGetItem UpdateItem PutItem Table"),
        ("settlement-check", "Query GetItem BatchGetItem PutItem UpdateItem Table, Query SearchTable/index/list"),
        ("card-rewrap", "Query GetItem PutItem UpdateItem Table, Encrypt Decrypt CardKey"),
        (
            "console-login",
            "GetItem Query PutItem UpdateItem DeleteItem Table, Encrypt Decrypt AppKey, SendEmail MailIdentity",
        ),
        (
            "console-team",
            "GetItem Query PutItem UpdateItem DeleteItem Table, Encrypt Decrypt AppKey, SendEmail MailIdentity",
        ),
        ("console-audit", "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        (
            "console-today",
            "GetItem Query PutItem UpdateItem Table, Query SearchTable, Query SearchTable/index/status, \
             Encrypt Decrypt AppKey",
        ),
        (
            "console-transactions",
            "GetItem Query PutItem UpdateItem Table, GetItem SearchTable, Query SearchTable/index/list, \
             Query SearchTable/index/status, Query SearchTable/index/mail, Query SearchTable/index/user, \
             Encrypt Decrypt AppKey",
        ),
        ("console-payment", "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        (
            "console-charge",
            "GetItem Query BatchGetItem PutItem UpdateItem Table, Query SearchTable, Encrypt Decrypt AppKey, \
             Encrypt Decrypt CardKey",
        ),
        (
            "api-payments",
            "GetItem PutItem UpdateItem Table, Query SearchTable, Query SearchTable/index/list, \
             Query SearchTable/index/status, Query SearchTable/index/mail, Query SearchTable/index/user, \
             Encrypt Decrypt AppKey, Decrypt CardKey",
        ),
        ("api-description", ""),
        ("api-cards", "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        (
            "api-renewals",
            "GetItem PutItem UpdateItem Table, Query SearchTable/index/list, Query SearchTable/index/status, \
             Query SearchTable/index/mail, Query SearchTable/index/user, Encrypt Decrypt AppKey",
        ),
        ("api-links", "GetItem BatchGetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        ("console-keys", "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey, SendEmail MailIdentity"),
        ("console-links", "GetItem BatchGetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey"),
        (
            "console-export",
            "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey, GetObject Files/exports/*, \
             SendMessage ExportQueue",
        ),
        (
            "console-batches",
            "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey, PutObject Files/*/inbox/*, \
             GetObject Files/*/results/*, SendMessage IntakeQueue, SendMessage ReportQueue",
        ),
        (
            "console-continuation",
            "GetItem Query PutItem UpdateItem Table, Encrypt Decrypt AppKey, GetObjectVersion Files/*/inbox/continuation/*, \
             SendMessage ContinuationQueue",
        ),
        (
            "continuation-plan",
            "GetItem BatchGetItem Query PutItem Table, Query SearchTable/index/list, \
             PutObject GetObjectVersion Files/*/inbox/continuation/*, SendMessage IntakeQueue, SendMessage MailQueue",
        ),
        ("continuation-schedule", "Query GetItem PutItem Table, SendMessage ContinuationQueue"),
        (
            "console-recurring",
            "GetItem BatchGetItem Query PutItem UpdateItem Table, Query SearchTable, Query SearchTable/index/list, \
             Query SearchTable/index/status, Query SearchTable/index/mail, Query SearchTable/index/user, \
             Encrypt Decrypt AppKey",
        ),
        (
            "console-settings",
            "GetItem Query PutItem UpdateItem DeleteItem Table, Encrypt Decrypt AppKey, SendEmail MailIdentity",
        ),
        ("merchant-image", "GetItem Table"),
        ("receipt", "GetItem PutItem Table, Encrypt Decrypt AppKey"),
        (
            "export-worker",
            "GetItem PutItem Table, Query SearchTable/index/list, Query SearchTable/index/status, \
             Query SearchTable/index/mail, Query SearchTable/index/user, \
             PutObject GetObject AbortMultipartUpload Files/exports/*",
        ),
        ("audit-sign", "GetItem Query PutItem Table, Encrypt Decrypt AppKey"),
        (
            "batch-intake",
            "GetItem PutItem Table, GetObject GetObjectVersion DeleteObject DeleteObjectVersion Files/*/inbox/*, \
             ListBucketVersions Files, SendMessage ChunkQueue, SendMessage ReportQueue, SendMessage MailQueue",
        ),
        (
            "batch-charge",
            "GetItem BatchGetItem PutItem UpdateItem Table, Query SearchTable, Decrypt CardKey, \
             GetObject GetObjectVersion Files/*/inbox/*, PutObject GetObject Files/parts/*, SendMessage ChunkQueue",
        ),
        (
            "batch-report",
            "GetItem Query PutItem UpdateItem Table, GetObject Files/parts/*, \
             GetObject GetObjectVersion Files/*/inbox/*, PutObject AbortMultipartUpload Files/*/results/*, \
             SendMessage IntakeQueue, SendMessage ChunkQueue, SendMessage ReportQueue, SendMessage MailQueue",
        ),
        ("recurring-schedule", "Query Table/index/due, GetItem PutItem Table, SendMessage RecurringQueue"),
        (
            "recurring-charge",
            "GetItem BatchGetItem Query PutItem UpdateItem Table, Query SearchTable, Encrypt Decrypt CardKey, SendMessage RecurringQueue",
        ),
        ("mail-events", "GetItem PutItem Table, UpdateItem SearchTable"),
        (
            "retention-sweep",
            "GetItem Query PutItem Table, GetItem SearchTable, ListBucket ListBucketVersions Files, \
             DeleteObjectVersion Files/exports/*, DeleteObjectVersion Files/*/inbox/*, \
             DeleteObjectVersion Files/*/results/*",
        ),
        ("test-acquirer", "GetItem Query PutItem AcquirerTable"),
    ]
    .into_iter()
    .map(|(function, rights)| {
        let rights = rights.split(", ").filter(|group| !group.is_empty()).flat_map(|group| {
            let (actions, resource) = group.rsplit_once(' ').unwrap();
            actions.split(' ').map(|action| format!("{action} {resource}")).collect::<Vec<_>>()
        });
        (function.to_owned(), rights.collect())
    })
    .collect();
    for (function, expected) in &table {
        assert_eq!(rights.get(function), Some(expected), "{function}");
    }
    assert_eq!(rights.len(), table.len());
}

#[test]
fn a_setting_that_names_a_resource_comes_with_a_right_on_it_and_the_reverse() {
    for function in functions() {
        let rights = function.rights();
        for (setting, resource) in [
            ("TABLE", "Table"),
            ("SEARCH_TABLE", "SearchTable"),
            ("ACQUIRER_TABLE", "AcquirerTable"),
            ("APP_KEY", "AppKey"),
            ("CARD_KEY", "CardKey"),
            ("MAIL_QUEUE", "MailQueue"),
            ("NOTIFY_QUEUE", "NotifyQueue"),
            ("NOTIFY_AGAIN_QUEUE", "NotifyAgainQueue"),
            ("EXPORT_QUEUE", "ExportQueue"),
            ("INTAKE_QUEUE", "IntakeQueue"),
            ("CHUNK_QUEUE", "ChunkQueue"),
            ("REPORT_QUEUE", "ReportQueue"),
            ("CONTINUATION_QUEUE", "ContinuationQueue"),
            ("MAIL_SENDER", "MailIdentity"),
            ("MAIL_SET", "MailSet"),
            ("BUCKET", "Files"),
        ] {
            let named = |right: &str| right.split([' ', '/']).nth(1) == Some(resource);
            let right = rights.iter().any(|right| named(right));
            assert_eq!(function.settings().contains_key(setting), right, "{}: {setting} and {resource}", function.id);
        }
        let token = function.settings().contains_key("ACQUIRER_TOKEN");
        let acquirer = function.settings().contains_key("ACQUIRER_URL") || function.id == "TestAcquirer";
        assert_eq!(token, acquirer, "{} talks to the acquirer or knows no token", function.id);
    }
}

#[test]
fn every_setting_is_read_by_the_code() {
    let sources: String = deployed_sources().into_iter().map(|(_, source)| source).collect();
    for function in functions() {
        for setting in function.settings().keys() {
            assert!(
                sources.contains(&format!("\"{setting}\"")),
                "{} is given {setting}, which nobody reads",
                function.id
            );
        }
    }
}

#[test]
fn a_metric_counts_a_field_that_the_code_logs() {
    let sources: String = deployed_sources().into_iter().map(|(_, source)| source).collect();
    let filters = of_type(&template(), "AWS::Logs::MetricFilter");
    assert!(!filters.is_empty());
    for (name, filter) in filters {
        let pattern = filter["Properties"]["FilterPattern"].as_str().unwrap();
        let field = pattern.split("$.").nth(1).unwrap().split(' ').next().unwrap();
        let logged = sources.contains(&format!("{field} = ")) || sources.contains(&format!(" {field},"));
        assert!(logged, "{name} counts {field}, which nobody logs");
    }
}

#[test]
fn an_http_function_ends_before_the_gateway_cuts() {
    let template = template();
    let default_s = template["Globals"]["Function"]["Timeout"].as_u64().unwrap();
    for function in functions() {
        let timeout_s = function.timeout_s(default_s);
        let http = function.events().any(|trigger| trigger["Type"] == "HttpApi");
        assert!(!http || timeout_s <= 28, "{}: {timeout_s} s; the HTTP API cuts at 30 s", function.id);
        let minutely = function.events().any(|trigger| trigger["Properties"]["Schedule"] == "rate(1 minute)");
        assert!(!minutely || timeout_s < 60, "{}: two runs would overlap", function.id);
    }
}

#[test]
fn a_queue_that_feeds_a_function_waits_long_enough_and_has_dead_letters() {
    let template = template();
    let default_s = template["Globals"]["Function"]["Timeout"].as_u64().unwrap();
    for function in functions() {
        for trigger in function.events().filter(|trigger| trigger["Type"] == "SQS") {
            let name = target(&trigger["Properties"]["Queue"]);
            let queue = &template["Resources"][&name]["Properties"];
            assert!(queue["VisibilityTimeout"].as_u64().unwrap() >= 6 * function.timeout_s(default_s), "{name}");
            assert!(queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap() >= 3, "{name}");
            let dead = target(&queue["RedrivePolicy"]["deadLetterTargetArn"]);
            assert_a_person_sees(&template, &dead);
            assert_eq!(trigger["Properties"]["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{}", function.id);
        }
    }
    for (name, queue) in of_type(&template, "AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{name} is encrypted");
    }
}

#[test]
fn a_stream_batch_that_fails_is_halved_and_at_last_parked() {
    let template = template();
    for function in functions() {
        for trigger in function.events().filter(|trigger| trigger["Type"] == "DynamoDB") {
            let mapping = &trigger["Properties"];
            assert_eq!(mapping["BisectBatchOnFunctionError"], true);
            assert_eq!(mapping["FunctionResponseTypes"][0], "ReportBatchItemFailures");
            assert!(mapping["MaximumRetryAttempts"].as_u64().unwrap() > 0, "bounded: -1 would block the shard");
            assert!(mapping["MaximumRecordAgeInSeconds"].as_u64().unwrap() < 86_400, "the stream keeps a day");
            assert_a_person_sees(&template, &target(&mapping["DestinationConfig"]["OnFailure"]["Destination"]));
        }
    }
}

#[test]
fn what_reads_the_stream_is_woken_by_what_it_reads_and_by_nothing_else() {
    let read = |function: &str| -> Vec<String> {
        let function = functions().into_iter().find(|known| known.id == function).unwrap();
        let mapping = function.events().find(|trigger| trigger["Type"] == "DynamoDB").unwrap();
        let filters = mapping["Properties"]["FilterCriteria"]["Filters"].as_array().unwrap();
        assert_eq!(filters.len(), 1);
        let pattern: serde_json::Value = serde_json::from_str(filters[0]["Pattern"].as_str().unwrap()).unwrap();
        let prefixes = pattern.pointer("/dynamodb/Keys/pk/S").and_then(serde_json::Value::as_array).unwrap();
        prefixes.iter().map(|rule| rule["prefix"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(read("OutboxRelay"), ["P#", "C#", "L#", "R#", "B#", "N#"]);
    assert_eq!(read("SearchIndex"), ["P#", "R#"]);
    let frequent = ["ND#4000#we_x#0", "NR#4000", "S#x", "G#4000#00", "A#4000", "BC#4000#b", "CT#4000#f", "AI#4000#x"];
    for prefix in read("OutboxRelay") {
        assert!(frequent.iter().all(|pk| !pk.starts_with(&prefix)), "{prefix}");
    }
}

#[test]
fn tables_and_keys_are_kept() {
    let template = template();
    let tables = of_type(&template, "AWS::DynamoDB::Table");
    let keys = of_type(&template, "AWS::KMS::Key");
    assert_eq!((tables.len(), keys.len()), (3, 2));
    for (name, resource) in tables.iter().chain(&keys) {
        assert_eq!(resource["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
    }
    for (name, table) in tables {
        assert_eq!(
            table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true,
            "{name}"
        );
        assert_eq!(table["Properties"]["DeletionProtectionEnabled"], true, "{name}");
    }
    for (name, key) in keys {
        assert_eq!(key["Properties"]["EnableKeyRotation"], true, "{name}");
    }
}

#[test]
fn a_bucket_is_kept_encrypted_and_closed_and_its_exports_end() {
    let template = template();
    let policies = of_type(&template, "AWS::S3::BucketPolicy");
    let buckets = of_type(&template, "AWS::S3::Bucket");
    assert_eq!(buckets.len(), 1);
    for (name, bucket) in buckets {
        let properties = &bucket["Properties"];
        assert_eq!((&bucket["DeletionPolicy"], &bucket["UpdateReplacePolicy"]), (&"Retain".into(), &"Retain".into()));
        assert_eq!(properties.get("BucketName"), None, "{name}: a name of one's own is taken somewhere in the world");
        let encryption = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
        assert!(encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"].is_string(), "{name}");
        assert_eq!(properties["VersioningConfiguration"]["Status"], "Enabled", "{name}");
        for closed in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            assert_eq!(properties["PublicAccessBlockConfiguration"][closed], true, "{name}: {closed}");
        }
        let rules = properties["LifecycleConfiguration"]["Rules"].as_array().unwrap();
        let aborted = |rule: &Value| rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1;
        assert!(rules.iter().any(aborted), "{name}: parts of an upload that nobody finished");
        let exports = rules.iter().find(|rule| rule["Prefix"] == "exports/").unwrap();
        assert_eq!(exports["ExpirationInDays"], 30, "the longest that a merchant can set");
        assert_eq!(exports["NoncurrentVersionExpiration"]["NoncurrentDays"], 1, "an expired export is a version yet");
        let (_, policy) = policies.iter().find(|(_, policy)| target(&policy["Properties"]["Bucket"]) == name).unwrap();
        let [tls] = policy["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap().as_slice() else {
            panic!("{name}: one statement, which opens nothing")
        };
        assert_eq!((&tls["Effect"], &tls["Action"]), (&"Deny".into(), &"s3:*".into()), "{name}");
        assert_eq!(tls["Condition"]["Bool"]["aws:SecureTransport"], "false", "{name}");
        assert_eq!(tls["Resource"].as_array().unwrap().len(), 2, "{name}: the bucket and its objects");
    }
}

#[test]
fn our_bucket_and_our_rules_may_tell_their_queue_and_nobody_else_may() {
    let template = template();
    let policies = of_type(&template, "AWS::SQS::QueuePolicy");
    let told: Vec<String> = of_type(&template, "AWS::S3::Bucket")
        .into_iter()
        .flat_map(|(name, bucket)| {
            let told = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"].as_array().unwrap();
            let made_after = bucket["DependsOn"].as_str().unwrap().to_owned();
            assert!(policies.iter().any(|(policy, _)| *policy == made_after), "{name}: S3 tries the queue out at once");
            told.iter().map(|told| target(&told["Queue"])).collect::<Vec<_>>()
        })
        .collect();
    let mut told_by_s3 = Vec::new();
    for (name, policy) in policies {
        let queue = target(&policy["Properties"]["Queues"][0]);
        let [statement] = policy["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap().as_slice() else {
            panic!("{name}: one statement")
        };
        assert_eq!(statement["Action"], "sqs:SendMessage", "{name}");
        match statement["Principal"]["Service"].as_str() {
            Some("s3.amazonaws.com") => {
                let account = &statement["Condition"]["StringEquals"]["aws:SourceAccount"];
                assert_eq!(target(account), "AWS::AccountId", "{name}: another account's bucket could send");
                told_by_s3.push(queue.clone());
            }
            Some("events.amazonaws.com") => {
                let rules = statement["Condition"]["ArnEquals"]["aws:SourceArn"].as_array().unwrap();
                assert!(!rules.is_empty(), "{name}: any rule could send");
                for rule in rules {
                    assert_eq!(template["Resources"][target(rule)]["Type"], "AWS::Events::Rule", "{name}");
                }
            }
            other => panic!("{name}: {other:?} may send"),
        }
        let dead = target(&template["Resources"][&queue]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]);
        assert_a_person_sees(&template, &dead);
    }
    assert_eq!(told, told_by_s3);
}

/// Whatever may log that money needs a person, or that cards are being tried, calls somebody by it.
#[test]
fn every_function_that_charges_or_guards_calls_a_person() {
    let template = template();
    let filters = of_type(&template, "AWS::Logs::MetricFilter");
    let watched = |id: &str, pattern: &str| {
        filters.iter().any(|(_, filter)| {
            let properties = &filter["Properties"];
            target(&properties["LogGroupName"]) == format!("{id}Log") && properties["FilterPattern"] == pattern
        })
    };
    let mut found = 0;
    for Function { id, folder, .. } in functions() {
        let source: String =
            files(&format!("functions/{folder}/src"), ".rs").iter().map(|path| deployed_source(path)).collect();
        for (makes, pattern) in
            [("Charging::new(", "{ $.alarm IS TRUE }"), ("Guard::new(", "{ $.card_testing IS TRUE }")]
        {
            if source.contains(makes) {
                assert!(watched(&id, pattern), "{id}: nobody is called by {pattern}");
                found += 1;
            }
        }
    }
    assert!(found >= 10, "{found}");
}

#[test]
fn the_test_acquirer_exists_in_a_sandbox_only() {
    let template = template();
    for (name, resource) in template["Resources"].as_object().unwrap() {
        let test_only = name.starts_with("TestAcquirer") || name.starts_with("AcquirerTable");
        assert_eq!(resource["Condition"] == "Sandbox", test_only, "{name}");
    }
}

#[test]
fn logs_end_and_hold_no_address() {
    let template = template();
    for function in functions() {
        let group = target(&function.resource["Properties"]["LoggingConfig"]["LogGroup"]);
        assert_eq!(group, format!("{}Log", function.id));
    }
    for (name, group) in of_type(&template, "AWS::Logs::LogGroup") {
        assert_eq!(target(&group["Properties"]["RetentionInDays"]), "LogRetentionDays", "{name}");
    }
    let format = template["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]["Format"].as_str().unwrap();
    serde_json::from_str::<Value>(format).unwrap();
    // addresses carry orders, handles and links; the client's address is personal
    for forbidden in ["path", "query", "protocol", "Ip", "userAgent", "authorizer"] {
        assert!(!format.contains(forbidden), "the access log has {forbidden}");
    }
}

#[test]
fn every_alarm_calls_someone_and_names_its_runbook() {
    let template = template();
    let mut pages = BTreeSet::new();
    for (name, alarm) in of_type(&template, "AWS::CloudWatch::Alarm") {
        assert_eq!(target(&alarm["Properties"]["AlarmActions"][0]), "AlarmTopic", "{name}");
        let page = alarm["Properties"]["AlarmDescription"].as_str().unwrap().to_owned();
        let text = read(&page);
        for section in ["## What it means", "## What to look at", "## What to do", "## What not to do"] {
            assert!(text.contains(section), "{page} lacks \"{section}\"");
        }
        pages.insert(page);
    }
    let mut written: BTreeSet<_> = files("docs/runbooks", ".md").into_iter().collect();
    written.remove("docs/runbooks/README.md");
    assert_eq!(pages, written, "alarms' pages and docs/runbooks");
}

#[test]
fn the_page_about_cost_counts_what_the_alarms_watch() {
    let (mut errors, mut throttles, mut others) = (0_usize, 0_usize, 0_usize);
    for (_, alarm) in of_type(&template(), "AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        match properties["Metrics"].as_array() {
            Some(metrics) => {
                let watched = metrics.iter().filter(|metric| metric["MetricStat"].is_object());
                throttles += watched.count();
            }
            None if properties["MetricName"] == "Errors" => errors += 1,
            None => others += 1,
        }
    }
    let cents = (errors + throttles + others) * 10;
    let dollars = format!("{}.{:02}", cents / 100, cents % 100);
    let line = format!("| {errors} errors, {throttles} throttles, {others} others | {dollars} |");
    assert!(read("docs/cost.md").contains(&line), "docs/cost.md lacks \"{line}\"");
}

#[test]
fn every_product_function_has_an_alarm_for_its_errors() {
    let template = template();
    let watched: BTreeSet<String> = of_type(&template, "AWS::CloudWatch::Alarm")
        .into_iter()
        .filter(|(_, alarm)| alarm["Properties"]["MetricName"] == "Errors")
        .map(|(_, alarm)| target(&alarm["Properties"]["Dimensions"][0]["Value"]))
        .collect();
    let product: BTreeSet<String> =
        functions().into_iter().map(|function| function.id).filter(|id| id != "TestAcquirer").collect();
    assert_eq!(watched, product);
    let throttles: String = [
        "FunctionThrottles",
        "ConsoleThrottles",
        "WorkerThrottles",
        "BatchThrottles",
        "NotifyThrottles",
        "ApiThrottles",
        "RecurringThrottles",
    ]
    .iter()
    .map(|alarm| template["Resources"][alarm]["Properties"]["Metrics"].to_string())
    .collect();
    for id in product {
        assert!(throttles.contains(&format!("{{\"!Ref\":\"{id}\"}}")), "throttles of {id}");
    }
}

/// A function of the template.
struct Function {
    id: String,
    folder: String,
    resource: Value,
}

impl Function {
    fn events(&self) -> impl Iterator<Item = &Value> {
        self.resource["Properties"]["Events"].as_object().unwrap().values()
    }

    /// What it is told; nothing for one that needs nothing.
    fn settings(&self) -> serde_json::Map<String, Value> {
        self.resource["Properties"]["Environment"]["Variables"].as_object().cloned().unwrap_or_default()
    }

    fn statements(&self) -> impl Iterator<Item = &Value> {
        let policies = self.resource["Properties"]["Policies"].as_array();
        policies.into_iter().flatten().flat_map(|policy| policy["Statement"].as_array().unwrap())
    }

    /// `action resource`, without the service's prefix.
    fn rights(&self) -> BTreeSet<String> {
        let of = |statement: &Value| {
            let resources = statement["Resource"].as_array().cloned();
            let resources = resources.unwrap_or_else(|| vec![statement["Resource"].clone()]);
            let actions = statement["Action"].as_array().unwrap().clone();
            resources.into_iter().flat_map(move |resource| {
                let resource = target(&resource);
                let right =
                    |action: &Value| format!("{} {resource}", action.as_str().unwrap().split_once(':').unwrap().1);
                actions.iter().map(right).collect::<Vec<_>>()
            })
        };
        self.statements().flat_map(of).collect()
    }

    fn timeout_s(&self, default_s: u64) -> u64 {
        self.resource["Properties"]["Timeout"].as_u64().unwrap_or(default_s)
    }
}

fn functions() -> Vec<Function> {
    of_type(&template(), "AWS::Serverless::Function")
        .into_iter()
        .map(|(id, resource)| {
            let uri = resource["Properties"]["CodeUri"].as_str().unwrap();
            let folder = uri.strip_prefix("functions/").unwrap().trim_end_matches('/').to_owned();
            Function { id, folder, resource }
        })
        .collect()
}

fn of_type(template: &Value, kind: &str) -> Vec<(String, Value)> {
    let resources = template["Resources"].as_object().unwrap();
    let of_kind = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(name, resource)| (name.clone(), resource.clone())).collect()
}

/// What a reference names: the resource (with what follows it in a `!Sub`) or the parameter.
fn target(reference: &Value) -> String {
    if let Some(name) = reference["!Ref"].as_str() {
        return name.to_owned();
    }
    if let Some(attribute) = reference["!GetAtt"].as_str() {
        return attribute.split('.').next().unwrap().to_owned();
    }
    let text = reference["!Sub"].as_str().unwrap_or_else(|| panic!("{reference} names nothing"));
    let last = text.rsplit("${").next().unwrap();
    last.replace(".Arn}", "").replace('}', "")
}

fn route(trigger: &Value) -> String {
    let properties = &trigger["Properties"];
    format!("{} {}", properties["Method"].as_str().unwrap(), properties["Path"].as_str().unwrap())
}

fn assert_a_person_sees(template: &Value, queue: &str) {
    let kept_s = template["Resources"][queue]["Properties"]["MessageRetentionPeriod"].as_u64().unwrap();
    assert_eq!(kept_s, 14 * 86_400, "{queue} keeps as long as a queue can");
    let alarms = of_type(template, "AWS::CloudWatch::Alarm");
    let watched = alarms.iter().any(|(_, alarm)| {
        alarm["Properties"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
            && alarm["Properties"]["Dimensions"][0]["Value"]["!GetAtt"] == format!("{queue}.QueueName")
    });
    assert!(watched, "{queue} has no alarm");
}

fn pascal_case(name: &str) -> String {
    name.split('-').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
}
