/** Server-sent events read from a fetched body: EventSource cannot send the token in a header. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const parts = (rest + decoder.decode(value, { stream: true }))
        .replace(/\r\n?/g, '\n')
        .split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const data = part
          .split('\n')
          .filter(line => line.startsWith('data:'))
          .map(line => line.slice(5).replace(/^ /, ''));
        if (data.length) {
          yield data.join('\n');
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
