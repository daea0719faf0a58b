import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() }),
      ),
    }),
  ),
});

type TimedTest = { readonly title: string; readonly file: string; readonly seconds: number };

/** What vitest's JSON report says of one run, or the sum of several. */
export class TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests, and files that failed before their first test. */
  readonly failures: readonly string[];
  readonly tests: readonly TimedTest[];

  private constructor(fields: Omit<TestReport, "summary" | "slowest">) {
    this.passed = fields.passed;
    this.failed = fields.failed;
    this.skipped = fields.skipped;
    this.failures = fields.failures;
    this.tests = fields.tests;
  }

  /** @returns undefined when the run ended before it wrote its report */
  static async read(file: string, folder: string): Promise<TestReport | undefined> {
    if (!existsSync(file)) return undefined;
    const report = reportSchema.parse(JSON.parse(await readFile(file, "utf8")));
    const files = report.testResults.map((result) => ({
      ...result,
      file: path.relative(folder, result.name),
    }));
    return new TestReport({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: files.flatMap(({ file, status, assertionResults }) => {
        const failed = assertionResults.filter((test) => test.status === "failed");
        if (failed.length === 0) return status === "failed" ? [`${file}: failed outside its tests`] : [];
        return failed.map((test) => `${file}: ${test.fullName}`);
      }),
      tests: files.flatMap(({ file, assertionResults }) =>
        assertionResults.map(({ fullName, duration }) => ({
          title: fullName,
          file,
          seconds: (duration ?? 0) / 1000,
        })),
      ),
    });
  }

  static sum(reports: readonly TestReport[]): TestReport {
    const total = (count: (report: TestReport) => number) =>
      reports.reduce((sum, report) => sum + count(report), 0);
    return new TestReport({
      passed: total((report) => report.passed),
      failed: total((report) => report.failed),
      skipped: total((report) => report.skipped),
      failures: reports.flatMap((report) => report.failures),
      tests: reports.flatMap((report) => report.tests),
    });
  }

  slowest(count: number): readonly TimedTest[] {
    return this.tests.toSorted((one, other) => other.seconds - one.seconds).slice(0, count);
  }

  /** `12 passed, 0 failed, 1 skipped`: the line that CI reads. */
  get summary(): string {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}
