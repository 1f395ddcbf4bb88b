//! How our own parts of a plan travel: functions by name with what they know of the job, changes of
//! batches by name.

use super::as_declared::AS_DECLARED;
use crate::stage::copies::COPIED;
use crate::stage::each_batch::{Change, EachBatch};
use crate::stage::functions::{Days, aggregate, scalar};
use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use std::sync::Arc;

/// Changes of batches, which travel by name. Ballista's own messages begin otherwise.
static CHANGES: [&Change; 2] = [&COPIED, &AS_DECLARED];

/// What stands behind the name of a function over groups.
const OURS: &[u8] = b"clientele";

/// Writes and reads plans of ours, and leaves the rest to Ballista.
#[derive(Debug, Default)]
pub(super) struct Codec(BallistaPhysicalExtensionCodec);

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let change = CHANGES
            .iter()
            .find(|change| change.name.as_bytes() == bytes);
        match (change, inputs) {
            (Some(change), [input]) => Ok(EachBatch::over(change, Arc::clone(input))),
            _ => self.0.try_decode(bytes, inputs, context, converter),
        }
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        if let Some(step) = node.downcast_ref::<EachBatch>() {
            bytes.extend_from_slice(step.change.name.as_bytes());
            return Ok(());
        }
        self.0.try_encode(node, bytes, converter)
    }

    fn try_encode_udf(&self, function: &ScalarUDF, bytes: &mut Vec<u8>) -> Result<()> {
        if let Some(days) = Days::of(function) {
            let text = format!("{} {}", days.day_starts_at_hour, days.time_zone.name());
            bytes.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, bytes: &[u8]) -> Result<Arc<ScalarUDF>> {
        let found = days(bytes).and_then(|days| scalar(name, days));
        found.map(Arc::new).ok_or_else(|| unknown(name))
    }

    fn try_encode_udaf(&self, function: &AggregateUDF, bytes: &mut Vec<u8>) -> Result<()> {
        if aggregate(function.name()).is_some() {
            bytes.extend_from_slice(OURS);
        }
        Ok(())
    }

    fn try_decode_udaf(&self, name: &str, _: &[u8]) -> Result<Arc<AggregateUDF>> {
        aggregate(name).map(Arc::new).ok_or_else(|| unknown(name))
    }
}

fn days(bytes: &[u8]) -> Option<Days> {
    let (hour, zone) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
    Some(Days {
        time_zone: zone.parse().ok()?,
        day_starts_at_hour: hour.parse().ok()?,
    })
}

fn unknown(name: &str) -> datafusion::error::DataFusionError {
    exec_datafusion_err!(
        "this executor has no function {name}; driver, scheduler and executors must be the same build"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    #[test]
    fn functions_travel_with_how_their_job_counts_days() {
        let codec = Codec::default();
        let days = Days {
            time_zone: Tz::Europe__London,
            day_starts_at_hour: 4,
        };
        for name in ["clean_text", "business_day", "instant", "hash_number"] {
            let function = scalar(name, days).unwrap();
            let mut bytes = Vec::new();
            codec.try_encode_udf(&function, &mut bytes).unwrap();
            assert_eq!(*codec.try_decode_udf(name, &bytes).unwrap(), function);
        }
        assert!(codec.try_decode_udf("clean_text", &[]).is_err());
        assert!(codec.try_decode_udaf("sum_of_nothing", OURS).is_err());
    }
}
