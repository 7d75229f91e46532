// Scores texts from C# (.NET 8): `dotnet new console`, put this in place of Program.cs, `dotnet run`.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

var url = Environment.GetEnvironmentVariable("SECONDGLANCE_URL") ?? "http://127.0.0.1:8080";
var key = Environment.GetEnvironmentVariable("SECONDGLANCE_KEY") ?? "";
var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

using var http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
http.DefaultRequestHeaders.Add("X-Request-Timeout", "30");

var captures = new Capture[]
{
    new("1", "he said he will br1ng a kn1fe to the gate tomorrow", new Context(Channel: "chat", Site: "oak")),
    new("2", "see you at practice", new Context()),
};
var answer = await Post("/v1/score:batch", new Batch(captures));
foreach (var verdict in (await answer.Content.ReadFromJsonAsync<Verdicts>(json))!.All)
    Console.WriteLine(verdict.Error is { } error
        ? $"{verdict.Id}: {error.Type}"
        : $"{verdict.Id}: {verdict.Action} {verdict.Severity} {verdict.Category}");

// Sends again after Retry-After while the service is busy, and where there was no answer: scoring changes nothing.
async Task<HttpResponseMessage> Post(string path, object body)
{
    for (var tried = 1; ; tried++)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.PostAsJsonAsync(path, body, body.GetType(), json);
        }
        catch (HttpRequestException) when (tried < 4)
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Pow(2, tried - 2)));
            continue;
        }
        if (answer.IsSuccessStatusCode) return answer;
        var busy = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
        if (!busy || tried == 4) throw new HttpRequestException(await answer.Content.ReadAsStringAsync());
        await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(Math.Pow(2, tried - 2)));
    }
}

record Context(string? Channel = null, string? Site = null);
record Capture(string Id, string Text, Context Context);
record Batch(Capture[] Captures);
record Error(string Type, string Detail);
record Verdict(string? Id, int Severity, string? Category, string? Action, bool Degraded, Error? Error);
record Verdicts([property: System.Text.Json.Serialization.JsonPropertyName("verdicts")] Verdict[] All);
