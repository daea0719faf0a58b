/**
 * The plots of the dashboard, in groups. `query` is PromQL; `$w` stands for a window that fits the plotted
 * range. `label` tells the series of a query apart; a query with one series has a `name` instead. `unit` is
 * one of format.js.
 */

const mean = (metric, by) =>
  `sum by (${by}) (rate(${metric}_sum[$w])) / (sum by (${by}) (rate(${metric}_count[$w])) > 0)`;
const quantile = (q, metric, by) => `histogram_quantile(${q}, sum by (le${by}) (rate(${metric}_bucket[$w])))`;
/** The health checks are asked all the time, and would hide what customers see. */
const requests = 'orbital_http_request_duration_seconds_count{route!~"/readyz|/livez|/health"}';

export const groups = [
  {
    title: "Orders",
    panels: [
      {
        title: "Queue",
        unit: "number",
        series: [{ query: "sum by (state) (orbital_queue_items)", label: "state" }],
      },
      {
        title: "Wait of the oldest order",
        unit: "seconds",
        series: [{ query: "orbital_queue_oldest_seconds", name: "oldest order" }],
      },
      {
        title: "Workers",
        unit: "number",
        series: [{ query: "sum by (state) (orbital_workers)", label: "state" }],
      },
      {
        title: "Orders ended per minute",
        unit: "number",
        series: [{ query: "60 * sum(rate(orbital_orders_ended_total[$w]))", name: "orders" }],
      },
      {
        title: "Failed attempts per minute, by reason",
        unit: "number",
        series: [
          { query: "60 * sum by (reason) (rate(orbital_failed_attempts_total[$w])) > 0", label: "reason" },
        ],
      },
      {
        title: "Takeovers from lost workers per hour",
        unit: "number",
        series: [{ query: "3600 * sum by (of) (rate(orbital_takeovers_total[$w]))", label: "of" }],
      },
    ],
  },
  {
    title: "Pages",
    panels: [
      {
        title: "Pages per minute",
        unit: "number",
        series: [{ query: "60 * sum(rate(orbital_page_duration_seconds_count[$w]))", name: "pages" }],
      },
      {
        title: "Time to read a page",
        unit: "seconds",
        series: [
          { query: quantile(0.5, "orbital_page_duration_seconds", ""), name: "half of them within" },
          { query: quantile(0.95, "orbital_page_duration_seconds", ""), name: "95 % within" },
        ],
      },
      {
        title: "Mean time of each step",
        unit: "seconds",
        series: [
          { query: mean("orbital_page_step_duration_seconds", "step"), label: "step" },
          { query: mean("orbital_document_step_duration_seconds", "step"), label: "step" },
        ],
      },
      {
        title: "Mean confidence",
        unit: "share",
        series: [{ query: mean("orbital_page_confidence_ratio", ""), name: "confidence" }],
      },
    ],
  },
  {
    title: "Requests",
    panels: [
      {
        title: "Requests per second",
        unit: "number",
        series: [{ query: `sum by (job) (rate(${requests}[$w]))`, label: "job" }],
      },
      {
        title: "Share answered with a 5xx",
        unit: "share",
        series: [
          {
            query:
              `(sum by (job) (rate(${requests.replace("{", '{code=~"5..",')}[$w])) ` +
              `or 0 * sum by (job) (rate(${requests}[$w]))) / sum by (job) (rate(${requests}[$w]))`,
            label: "job",
          },
        ],
      },
      {
        title: "95 % of requests begin to be answered within",
        unit: "seconds",
        series: [
          {
            query: quantile(0.95, "orbital_http_request_duration_seconds", ", job"),
            label: "job",
          },
        ],
      },
      {
        title: "Busiest routes, requests per second",
        unit: "number",
        series: [{ query: `topk(5, sum by (route) (rate(${requests}[$w])) > 0)`, label: "route" }],
      },
    ],
  },
  {
    title: "Limits in use",
    panels: [
      {
        title: "Slots in use",
        unit: "share",
        series: [{ query: "orbital_slots_used / orbital_slots", label: "limiter" }],
      },
      {
        // Prometheus 3 calls the bucket 1.0.
        title: "Requests refused by a quota, per minute",
        unit: "number",
        series: [
          {
            query:
              "60 * sum by (quota) (rate(orbital_quota_used_ratio_count[$w]) - ignoring(le) " +
              'rate(orbital_quota_used_ratio_bucket{le=~"1([.]0)?"}[$w])) > 0',
            label: "quota",
          },
        ],
      },
      {
        title: "Open event streams",
        unit: "number",
        series: [
          { query: "orbital_event_streams_open", name: "all" },
          { query: "orbital_event_streams_open_most_of_one_user", name: "most of one user" },
        ],
      },
    ],
  },
  {
    title: "Storage and parts",
    panels: [
      {
        title: "Redis memory",
        unit: "bytes",
        series: [
          { query: "orbital_redis_memory_used_bytes", name: "used" },
          { query: "orbital_redis_memory_max_bytes", name: "limit" },
        ],
      },
      {
        title: "Free on disk",
        unit: "bytes",
        series: [{ query: "orbital_disk_free_bytes", label: "disk" }],
      },
      {
        title: "Memory",
        unit: "bytes",
        series: [
          { query: 'sum by (job) (process_resident_memory_bytes{job!="ocr-worker"})', label: "job" },
          { query: "sum by (job) (orbital_worker_memory_bytes)", label: "job" },
        ],
      },
      {
        title: "Processor cores in use, without page processes",
        unit: "number",
        series: [{ query: "sum by (job) (rate(process_cpu_seconds_total[$w]))", label: "job" }],
      },
    ],
  },
];
