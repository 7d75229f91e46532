// Scores texts from TypeScript: `node score.ts` (Node 22.18 or newer runs it as it is; older ones need a compiler).

type Action = "dismiss" | "review" | "alert";
interface Finding { phrase: string; matched: string | null; severity: number; reason: string; start: number; end: number }
interface Verdict { id: string; severity: number; category: string | null; action: Action; degraded: boolean; findings: Finding[] }
interface Failure { id: string | null; error: { type: string; detail: string } }
interface Capture { id: string; text?: string; image?: string; context?: Record<string, string> }

const url = process.env.SECONDGLANCE_URL ?? "http://127.0.0.1:8080";
const key = process.env.SECONDGLANCE_KEY ?? "";

/** Sends a request, again after Retry-After while the service is busy or where there was no answer, until the time is up. */
async function post<T>(path: string, body: unknown, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (let tried = 1; ; tried++) {
    const left = (end - Date.now()) / 1000;
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}`, "x-request-timeout": left.toFixed(3) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(left * 1000),
    }).catch((fault: Error) => fault); // no answer: the service starts anew, or has just closed an idle connection
    if (answer instanceof Response && answer.ok) return (await answer.json()) as T;
    const after = answer instanceof Response ? answer.headers.get("retry-after") : null;
    const wait = Number(after ?? 2 ** (tried - 2)) * (1 + Math.random() / 10);
    const problem = answer instanceof Response ? new Error(await answer.text()) : answer;
    const transient = !(answer instanceof Response) || [429, 503].includes(answer.status);
    if (!transient || tried === 4 || wait * 1000 > end - Date.now()) throw problem;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
}

const captures: Capture[] = [
  { id: "1", text: "he said he will br1ng a kn1fe to the gate tomorrow", context: { channel: "chat", site: "oak" } },
  { id: "2", text: "see you at practice" },
];
const { verdicts } = await post<{ verdicts: (Verdict | Failure)[] }>("/v1/score:batch", { captures });
for (const verdict of verdicts) {
  if ("error" in verdict) console.log(`${verdict.id}: ${verdict.error.type}`);
  else console.log(`${verdict.id}: ${verdict.action} ${verdict.severity} ${verdict.category} ${verdict.findings.map((f) => f.reason)}`);
}
