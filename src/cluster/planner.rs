//! Which queries go to the cluster, and as what.

use super::client::{Client, Query};
use super::codec::Codec;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
};
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// Words for what a window loses on its way.
const LEFT_OUT: [&str; 3] = ["is_reversed: true", "ignore_nulls: true", "filter: Some("];

/// Plans a query, and hands it to the cluster if it can travel.
#[derive(Debug)]
pub(super) struct ClusterPlanner {
    client: Arc<Client>,
    codec: Codec,
}

impl ClusterPlanner {
    pub(super) fn new(client: Arc<Client>) -> Self {
        let codec = Codec::default();
        Self { client, codec }
    }

    /// The plan as it travels, if it does.
    fn travelling(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Vec<u8>>> {
        if !reads_files(plan)? || asks_for_one_task(plan)? || reads_backwards(plan)? {
            return Ok(None);
        }
        let Ok(node) = PhysicalPlanNode::try_from_physical_plan(Arc::clone(plan), &self.codec)
        else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        node.try_encode(&mut bytes)?;
        Ok(Some(bytes))
    }
}

#[async_trait]
impl QueryPlanner for ClusterPlanner {
    async fn create_physical_plan(
        &self,
        query: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::default();
        let plan = planner.create_physical_plan(query, session).await?;
        let Some(bytes) = self.travelling(&plan)? else {
            return Ok(plan);
        };
        Ok(Arc::new(OnCluster::new(
            Arc::clone(&self.client),
            plan,
            bytes,
        )))
    }
}

fn reads_files(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    any(plan, |node| {
        let scan = node.downcast_ref::<DataSourceExec>();
        scan.is_some_and(|scan| {
            scan.data_source()
                .downcast_ref::<FileScanConfig>()
                .is_some()
        })
    })
}

/// Whether a join has to know of one side whether it has a null anywhere.
fn asks_for_one_task(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    any(plan, |node| {
        let join = node.downcast_ref::<HashJoinExec>();
        join.is_some_and(|join| join.null_aware)
    })
}

/// Whether a window holds what version 55 leaves out when it writes a plan down, and would compute without: that a
/// function goes from the last row to the first, that it skips nulls, that a sum takes some rows only. Nothing but the text
/// for people who look for errors says so.
fn reads_backwards(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    any(plan, |node| {
        let bounded = node.downcast_ref::<BoundedWindowAggExec>();
        let whole = node.downcast_ref::<WindowAggExec>();
        let functions = bounded.map(BoundedWindowAggExec::window_expr);
        let functions = functions.or(whole.map(WindowAggExec::window_expr));
        functions.into_iter().flatten().any(|function| {
            let text = format!("{function:?}");
            LEFT_OUT.iter().any(|word| text.contains(word))
        })
    })
}

fn any(plan: &Arc<dyn ExecutionPlan>, is: impl Fn(&dyn ExecutionPlan) -> bool) -> Result<bool> {
    let mut found = false;
    plan.apply(|node| {
        found |= is(node.as_ref());
        Ok(if found {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Continue
        })
    })?;
    Ok(found)
}

/// A plan whose rows come from the cluster.
#[derive(Debug)]
struct OnCluster {
    client: Arc<Client>,
    plan: Arc<dyn ExecutionPlan>,
    bytes: Vec<u8>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl OnCluster {
    fn new(client: Arc<Client>, plan: Arc<dyn ExecutionPlan>, bytes: Vec<u8>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(plan.schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self {
            client,
            plan,
            bytes,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

impl DisplayAs for OnCluster {
    fn fmt_as(&self, kind: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OnCluster: ")?;
        self.plan.fmt_as(kind, out)
    }
}

impl ExecutionPlan for OnCluster {
    fn name(&self) -> &'static str {
        "OnCluster"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !children.is_empty() {
            return internal_err!("what is on the cluster has no children here");
        }
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let query = Query::new(&context, self.bytes.clone());
        let count = MetricBuilder::new(&self.metrics).output_rows(partition);
        let rows = Arc::clone(&self.client).rows(query);
        let rows = rows.inspect(move |batch| {
            count.add(
                batch
                    .as_ref()
                    .map_or(0, arrow::array::RecordBatch::num_rows),
            );
        });
        let schema = self.plan.schema();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
