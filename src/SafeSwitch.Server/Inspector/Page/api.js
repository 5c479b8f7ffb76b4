// The server's API as this page asks it. The key stays in memory: a reload forgets it.

export class ApiError extends Error {}

export class Api {
  #key;

  constructor(key) {
    this.#key = key;
  }

  async settings() {
    return (await this.#send('inspector/settings')).json();
  }

  /** Scores of some texts, in their order. */
  async scores(model, policy, texts) {
    const response = await this.#send('v1/moderations', { model, input: texts }, policy);
    return (await response.json()).results.map(r => r.safeswitch?.verdict?.prompt_score);
  }

  /** The pieces of an answer as they come. */
  async *answer(request, policy, signal) {
    const response = await this.#send('v1/chat/completions', { ...request, stream: true }, policy, signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new ApiError('The answer broke off.');
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.slice('data: '.length);
        if (data === '[DONE]') return;
        const piece = JSON.parse(data);
        if (piece.error) throw new ApiError(piece.error.message);
        yield piece;
      }
    }
  }

  async #send(path, body, policy, signal) {
    const headers = {};
    if (this.#key) headers.Authorization = `Bearer ${this.#key}`;
    if (body) headers['Content-Type'] = 'application/json';
    if (policy) headers['SafeSwitch-Policy'] = policy;
    const response = await fetch(new URL(`../${path}`, location.href), { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), signal });
    if (!response.ok) {
      const error = await response.json().catch(() => null);
      throw new ApiError(error?.error?.message ?? `The server answered ${response.status}.`);
    }
    return response;
  }
}
