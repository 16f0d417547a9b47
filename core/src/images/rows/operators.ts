import { as, type ImageField, optional, pods, type Row, row } from "./row";

function sparkApplication(at: string): ImageField[] {
  return [
    ...optional(`${at}.image`),
    ...["driver", "executor"].flatMap((role) => [
      ...optional(`${at}.${role}.image`),
      { path: `${at}.${role}.initContainers[].image` },
      { path: `${at}.${role}.sidecars[].image` },
      ...pods(`${at}.${role}.template.spec`),
    ]),
  ];
}

const ELASTIC = "elasticsearch kibana beat agent apm enterprisesearch logstash maps"
  .split(" ")
  .map((name) => `${name}.k8s.elastic.co`);

/** Operators that put an image of their resource's choice into the pods that they make. */
export const OPERATOR_ROWS: readonly Row[] = [
  row("sparkoperator.k8s.io", "SparkApplication", sparkApplication("spec")),
  row("sparkoperator.k8s.io", "ScheduledSparkApplication", sparkApplication("spec.template")),
  row(
    "flink.apache.org",
    "FlinkDeployment",
    optional("spec.image"),
    pods("spec.podTemplate.spec", "spec.jobManager.podTemplate.spec", "spec.taskManager.podTemplate.spec"),
  ),
  row(
    "monitoring.coreos.com",
    "Prometheus PrometheusAgent Alertmanager ThanosRuler",
    optional("spec.image", "spec.thanos.image"),
    pods("spec"),
  ),
  row(
    "monitoring.coreos.com",
    "ServiceMonitor PodMonitor Probe PrometheusRule AlertmanagerConfig ScrapeConfig",
  ),
  row(
    "kafka.strimzi.io",
    "Kafka",
    optional(
      ...[
        "kafka",
        "zookeeper",
        "entityOperator.topicOperator",
        "entityOperator.userOperator",
        "entityOperator.tlsSidecar",
        "kafkaExporter",
        "cruiseControl",
        "jmxTrans",
      ].map((part) => `spec.${part}.image`),
    ),
  ),
  row(
    "kafka.strimzi.io",
    "KafkaConnect KafkaMirrorMaker KafkaMirrorMaker2 KafkaBridge",
    optional("spec.image"),
  ),
  row(
    "kafka.strimzi.io",
    "KafkaTopic KafkaUser KafkaConnector KafkaRebalance KafkaNodePool StrimziPodSet",
    pods("spec.pods[].spec"),
  ),
  row("postgresql.cnpg.io", "Cluster", optional("spec.imageName"), {
    path: "spec.postgresql.extensions[].image.reference",
    emptyMeansUnset: true,
  }),
  row("postgresql.cnpg.io", "ImageCatalog ClusterImageCatalog", { path: "spec.images[].image" }),
  row("postgresql.cnpg.io", "Pooler", pods("spec.template.spec")),
  row(
    "acid.zalan.do",
    "postgresql",
    optional("spec.dockerImage", "spec.connectionPooler.dockerImage"),
    { path: "spec.sidecars[].image" },
    { path: "spec.initContainers[].image" },
  ),
  row(
    "postgres-operator.crunchydata.com",
    "PostgresCluster",
    optional(
      "spec.image",
      "spec.backups.pgbackrest.image",
      "spec.proxy.pgBouncer.image",
      "spec.monitoring.pgmonitor.exporter.image",
    ),
    { path: "spec.instances[].containers[].image" },
  ),
  row("postgres-operator.crunchydata.com", "PGUpgrade PGAdmin", optional("spec.image")),
  row(ELASTIC, "Elasticsearch", optional("spec.image"), pods("spec.nodeSets[].podTemplate.spec")),
  row(
    ELASTIC,
    "Kibana ApmServer EnterpriseSearch Logstash ElasticMapsServer",
    optional("spec.image"),
    pods("spec.podTemplate.spec"),
  ),
  row(
    ELASTIC,
    "Beat Agent",
    optional("spec.image"),
    pods(
      "spec.daemonSet.podTemplate.spec",
      "spec.deployment.podTemplate.spec",
      "spec.statefulSet.podTemplate.spec",
    ),
  ),
  row(
    "redis.redis.opstreelabs.in",
    "Redis RedisCluster RedisReplication RedisSentinel",
    optional("spec.kubernetesConfig.image", "spec.redisExporter.image", "spec.initContainer.image"),
    { path: "spec.sidecars[].image" },
  ),
  row(
    "databases.spotahome.com",
    "RedisFailover",
    optional(
      "spec.redis.image",
      "spec.sentinel.image",
      "spec.redis.exporter.image",
      "spec.sentinel.exporter.image",
    ),
    { path: "spec.redis.extraContainers[].image" },
    { path: "spec.redis.initContainers[].image" },
    { path: "spec.sentinel.extraContainers[].image" },
    { path: "spec.sentinel.initContainers[].image" },
  ),
  row(
    "rabbitmq.com",
    "RabbitmqCluster",
    optional("spec.image"),
    pods("spec.override.statefulSet.spec.template.spec"),
  ),
  row("mongodbcommunity.mongodb.com", "MongoDBCommunity", pods("spec.statefulSet.spec.template.spec")),
  row("mariadb.mmontes.io", "MariaDB", as("split", "spec.image"), as("split", "spec.metrics.exporter.image")),
  row(
    "k8s.mariadb.com",
    "MariaDB",
    optional(
      "spec.image",
      "spec.metrics.exporter.image",
      "spec.galera.agent.image",
      "spec.galera.initContainer.image",
      "spec.galera.initJob.image",
    ),
    { path: "spec.sidecarContainers[].image" },
    { path: "spec.initContainers[].image" },
  ),
  row("k8s.mariadb.com", "MaxScale", optional("spec.image", "spec.metrics.exporter.image")),
  row(
    "jaegertracing.io",
    "Jaeger",
    optional(
      ...[
        "allInOne",
        "query",
        "collector",
        "ingester",
        "agent",
        "storage.dependencies",
        "storage.esIndexCleaner",
      ].map((part) => `spec.${part}.image`),
    ),
  ),
  row(
    "opentelemetry.io",
    "OpenTelemetryCollector",
    optional("spec.image", "spec.targetAllocator.image"),
    { path: "spec.initContainers[].image" },
    { path: "spec.additionalContainers[].image" },
  ),
  row(
    "opentelemetry.io",
    "Instrumentation",
    optional(
      ...["java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx"].map(
        (part) => `spec.${part}.image`,
      ),
    ),
  ),
  row("grafana.integreatly.org", "Grafana", pods("spec.deployment.spec.template.spec")),
  row("ceph.rook.io", "CephCluster", { path: "spec.cephVersion.image" }),
  row("cert-manager.io", "Certificate CertificateRequest Issuer ClusterIssuer"),
  row(
    "external-secrets.io",
    "ExternalSecret ClusterExternalSecret SecretStore ClusterSecretStore PushSecret",
  ),
];
