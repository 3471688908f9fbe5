// How far a file has gone up; without scripts the form is sent as it is.
for (const form of document.querySelectorAll("[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file || event.defaultPrevented) return;
    event.preventDefault();
    const line = form.querySelector(".p-progress");
    const bar = line.querySelector("progress");
    const said = line.querySelector("[role=status]");
    const request = new XMLHttpRequest();
    line.hidden = false;
    request.upload.onprogress = (sent) => {
      bar.value = (100 * sent.loaded) / sent.total;
      said.textContent = sent.loaded < sent.total ? `已上传 ${Math.round(bar.value)}%` : "已上传，正在读";
    };
    request.onload = () => {
      if (request.responseURL !== location.href) location.assign(request.responseURL);
      else {
        document.open();
        document.write(request.responseText);
        document.close();
      }
    };
    request.onerror = () => {
      line.hidden = false;
      bar.hidden = true;
      said.textContent = "没有传上去，网络断了。文件还选着，网络好了再点一次。";
      form.querySelector("button").disabled = false;
      delete form.dataset.sent;
    };
    request.open("POST", form.action || location.href);
    request.send(new FormData(form));
  });
}
